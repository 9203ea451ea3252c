// The public face of the model: what server and worker build on.
export * from './kernel/actor.js';
export * from './kernel/audit.js';
export * from './kernel/batcher.js';
export * from './kernel/clock.js';
export * from './kernel/config.js';
export * from './kernel/crypto.js';
export * from './kernel/database.js';
export * from './kernel/deps.js';
export * from './kernel/idempotency.js';
export * from './kernel/ids.js';
export * from './kernel/jobs.js';
export * from './kernel/log.js';
export * from './kernel/migrate.js';
export * from './kernel/page.js';
export * from './kernel/parent-watch.js';
export * from './kernel/result.js';
export * from './kernel/scopes.js';
export * from './kernel/transaction-guard.js';
export * from './kernel/vault.js';

export * from './events/catalogue/index.js';
export * from './events/custom-type.js';
export * from './events/envelope.js';
export * from './events/event-names.js';
export * from './events/event-publisher.js';
export * from './events/find-events.js';
export * from './events/publish.js';
export * from './events/publish-events.js';
export * from './events/raw-data.js';
export * from './events/tables.js';

export * from './feedback/answers.js';
export * from './feedback/question.js';
export * from './feedback/submit-survey-response.js';
export * from './feedback/tables.js';

export * from './outbound/classify-status.js';
export * from './outbound/egress-rules.js';
export type { OutboundAnswer, OutboundFailure, OutboundResponse } from './outbound/exchange.js';
export * from './outbound/http-client.js';
export * from './outbound/secret.js';
export * from './outbound/sign.js';
export * from './outbound/target-policy.js';

export * from './webhooks/create-endpoint.js';
export * from './webhooks/delete-endpoint.js';
export * from './webhooks/endpoint-input.js';
export * from './webhooks/endpoint-secret.js';
export * from './webhooks/error-message.js';
export * from './webhooks/find-deliveries.js';
export * from './webhooks/find-endpoints.js';
export * from './webhooks/request-headers.js';
export * from './webhooks/retry-delivery.js';
export * from './webhooks/rotate-endpoint-secret.js';
export * from './webhooks/tables.js';
export * from './webhooks/test-endpoint.js';
export * from './webhooks/update-endpoint.js';

export * from './workspaces/tables.js';
export * from './tables.js';
