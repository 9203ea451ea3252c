import { registerEnumType } from 'type-graphql';

export const DisabledReason = {
  USER: 'user',
  GONE: 'gone',
  FAILING: 'failing',
  PLATFORM: 'platform',
} as const;

registerEnumType(DisabledReason, {
  name: 'DisabledReason',
  description: 'Why an endpoint is disabled: no new deliveries are made, pending ones wait.',
  valuesConfig: {
    USER: { description: 'A person or token did it.' },
    GONE: { description: 'It answered 410 Gone.' },
    FAILING: { description: 'Carillon paused it after 20 exhausted deliveries in a row and 72 h of failure.' },
    PLATFORM: { description: 'A platform administrator did it.' },
  },
});

export const DeliveryStatus = {
  PENDING: 'pending',
  DELIVERED: 'delivered',
  FAILED: 'failed',
  DROPPED: 'dropped',
} as const;

registerEnumType(DeliveryStatus, {
  name: 'DeliveryStatus',
  description: 'Where a delivery stands.',
  valuesConfig: {
    PENDING: { description: 'On its way.' },
    DELIVERED: { description: 'A 2xx answer came back. Final.' },
    FAILED: { description: 'Its attempts are used up; it can be retried by hand.' },
    DROPPED: { description: "The endpoint's script dropped it. Final; no request was made." },
  },
});

export const WaitReason = {
  ENDPOINT_DISABLED: 'endpoint_disabled',
  RATE_LIMITED: 'rate_limited',
  CIRCUIT_OPEN: 'circuit_open',
  FIFO: 'fifo',
  CONCURRENCY: 'concurrency',
  KEY_UNAVAILABLE: 'key_unavailable',
} as const;

registerEnumType(WaitReason, {
  name: 'WaitReason',
  description: 'What a pending delivery waits for, beyond its due time.',
  valuesConfig: {
    ENDPOINT_DISABLED: { description: 'Its endpoint to be enabled.' },
    RATE_LIMITED: { description: "The endpoint's rate limit." },
    CIRCUIT_OPEN: { description: "The endpoint's circuit to close." },
    FIFO: { description: 'An earlier delivery, as the endpoint asks for order.' },
    CONCURRENCY: { description: 'A free place among the requests in flight.' },
    KEY_UNAVAILABLE: { description: 'An encryption key the operator must supply.' },
  },
});

export const Truncation = {
  TIME: 'time',
  SIZE: 'size',
} as const;

registerEnumType(Truncation, {
  name: 'Truncation',
  description: 'Why no more of an answer was read; the status had decided already.',
  valuesConfig: {
    TIME: { description: 'It came too late.' },
    SIZE: { description: 'It was too long.' },
  },
});

export const DeliveryChangeKind = {
  CREATED: 'CREATED',
  FAILED: 'FAILED',
  ATTEMPTED: 'ATTEMPTED',
  DROPPED: 'DROPPED',
  WAITING: 'WAITING',
  DELETED: 'DELETED',
  DELIVERED: 'DELIVERED',
} as const;

registerEnumType(DeliveryChangeKind, {
  name: 'DeliveryChangeKind',
  description: 'What happened to a delivery.',
  valuesConfig: {
    CREATED: { description: 'It was made.' },
    FAILED: { description: 'Its attempts are used up.' },
    ATTEMPTED: { description: 'An attempt failed; the next one is planned.' },
    DROPPED: { description: "The endpoint's script dropped it." },
    WAITING: { description: 'It waits, or waits no longer; see `waitReason`.' },
    DELETED: { description: 'It went with its endpoint.' },
    DELIVERED: { description: 'It arrived.' },
  },
});

export const AttemptKind = {
  AUTOMATIC: 'automatic',
  MANUAL: 'manual',
  TEST: 'test',
  REPLAY: 'replay',
} as const;

registerEnumType(AttemptKind, {
  name: 'AttemptKind',
  description: 'Why an attempt was made.',
  valuesConfig: {
    AUTOMATIC: { description: 'The schedule asked for it.' },
    MANUAL: { description: 'Asked for by hand; uses none of the schedule.' },
    TEST: { description: 'It is a test: one attempt.' },
    REPLAY: { description: 'A replay asked for it.' },
  },
});

export const TimeBucket = {
  MINUTE: 'minute',
  FIVE_MINUTES: 'five_minutes',
  HOUR: 'hour',
  DAY: 'day',
} as const;

registerEnumType(TimeBucket, {
  name: 'TimeBucket',
  description: "The width of a chart's bars.",
  valuesConfig: {
    MINUTE: { description: 'One minute; range at most 6 h. Kept for three days.' },
    FIVE_MINUTES: { description: 'Five minutes; range at most 2 days. Kept for three days.' },
    HOUR: { description: 'One hour; range at most 31 days.' },
    DAY: { description: "One day in the workspace's time zone; range at most 24 months." },
  },
});

export const ReplayStatus = {
  DELIVERED: 'delivered',
  FAILED: 'failed',
  MISSED: 'missed',
  ALL: 'all',
} as const;

registerEnumType(ReplayStatus, {
  name: 'ReplayStatus',
  description: 'Which events of a span a replay sends.',
  valuesConfig: {
    DELIVERED: { description: 'Those whose delivery arrived.' },
    FAILED: { description: 'Those whose delivery failed.' },
    MISSED: { description: 'Those it got no delivery of: disabled, or not made yet.' },
    ALL: { description: 'All it subscribes to.' },
  },
});

export const WebhookErrorCode = {
  NOT_FOUND: 'NOT_FOUND',
  VALIDATION: 'VALIDATION',
  FORBIDDEN: 'FORBIDDEN',
  CONFLICT: 'CONFLICT',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  QUOTA_EXCEEDED: 'QUOTA_EXCEEDED',
  IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED',
  UNAVAILABLE: 'UNAVAILABLE',
} as const;

registerEnumType(WebhookErrorCode, {
  name: 'WebhookErrorCode',
  description: 'Codes of WebhookError.',
  valuesConfig: {
    NOT_FOUND: { description: 'No such endpoint or delivery here.' },
    VALIDATION: { description: 'A value, URL, header or script is not as it must be.' },
    FORBIDDEN: { description: 'A PLATFORM endpoint, enabled by the workspace.' },
    CONFLICT: { description: 'Id taken; or delivered (no `force`), being sent, redacted, or the endpoint disabled.' },
    PAYLOAD_TOO_LARGE: { description: 'Test data over 256 KiB.' },
    QUOTA_EXCEEDED: { description: 'As many as a workspace may have.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The key was used with other arguments.' },
    UNAVAILABLE: { description: 'An encryption key is missing.' },
  },
});
