import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** A URL that subscribes to event types. See schema/migrations/0002-events-and-deliveries.sql. */
export const EndpointTable = defineEntity({
  name: 'Endpoint',
  tableName: 'endpoint',
  properties: {
    workspaceId: p.uuid().primary(),
    id: p.uuid().primary(),
    url: p.text(),
    description: p.text().nullable(),
    events: p.array(),
    enabled: p.boolean(),
    disabledReason: p.text().nullable(),
    disabledMessage: p.text().nullable(),
    disabledAt: p.datetime().nullable(),
    externalId: p.text().nullable(),
    metadata: p.json<Record<string, string>>(),
    locationIds: p.array(),
    payloadVersion: p.text(),
    retryDelaysSeconds: p.array((item) => Number(item)),
    timeoutMs: p.integer(),
    ratePerSecond: p.double().nullable(),
    concurrencyCeiling: p.integer(),
    fifo: p.boolean(),
    headerNames: p.array(),
    headersEnc: p.blob().nullable().lazy(),
    secretEnc: p.blob().lazy(),
    secretHint: p.text(),
    secretCreatedAt: p.datetime(),
    previousSecretEnc: p.blob().nullable().lazy(),
    secretOverlapEndsAt: p.datetime().nullable(),
    version: p.integer(),
    createdAt: p.datetime(),
    deletedAt: p.datetime().nullable(),
  },
});
export type Endpoint = InferEntity<typeof EndpointTable>;

/** One event on its way to one endpoint. */
export const DeliveryTable = defineEntity({
  name: 'Delivery',
  tableName: 'delivery',
  properties: {
    workspaceId: p.uuid().primary(),
    id: p.uuid().primary(),
    eventId: p.uuid(),
    endpointId: p.uuid(),
    eventName: p.text(),
    test: p.boolean(),
    replayId: p.uuid().nullable(),
    body: p.text().nullable().lazy(),
    status: p.text(),
    attemptCount: p.integer(),
    nextAttemptAt: p.datetime().nullable(),
    waitReason: p.text().nullable(),
    waitingSince: p.datetime().nullable(),
    httpStatus: p.integer().nullable(),
    errorClass: p.text().nullable(),
    deliveredAt: p.datetime().nullable(),
    redactedAt: p.datetime().nullable(),
    version: p.integer(),
    createdAt: p.datetime(),
  },
});
export type Delivery = InferEntity<typeof DeliveryTable>;

/** One HTTP request of a delivery, with what came back. */
export const AttemptTable = defineEntity({
  name: 'Attempt',
  tableName: 'attempt',
  properties: {
    workspaceId: p.uuid().primary(),
    deliveryId: p.uuid().primary(),
    number: p.integer().primary(),
    kind: p.text(),
    url: p.text(),
    startedAt: p.datetime(),
    durationMs: p.integer().nullable(),
    httpStatus: p.integer().nullable(),
    errorClass: p.text().nullable(),
    errorMessage: p.text().nullable(),
    responseHeaders: p.json<Record<string, string>>().nullable(),
    responseTruncated: p.text().nullable(),
    customHeaderNames: p.array(),
  },
});
export type Attempt = InferEntity<typeof AttemptTable>;
