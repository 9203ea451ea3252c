import { registerEnumType } from 'type-graphql';

export const EventErrorCode = {
  NOT_FOUND: 'NOT_FOUND',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  VALIDATION: 'VALIDATION',
  QUOTA_EXCEEDED: 'QUOTA_EXCEEDED',
  CONFLICT: 'CONFLICT',
  IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED',
} as const;

registerEnumType(EventErrorCode, {
  name: 'EventErrorCode',
  description: 'Codes of EventError.',
  valuesConfig: {
    NOT_FOUND: { description: 'No such type here.' },
    PAYLOAD_TOO_LARGE: { description: 'Over 256 KiB.' },
    VALIDATION: { description: 'Not a custom name, or the schema is not one or not met.' },
    QUOTA_EXCEEDED: { description: '500 custom types.' },
    CONFLICT: { description: 'An endpoint or rule still names the type.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The key was used with another event.' },
  },
});

export const EventOutcome = {
  DELIVERED: 'delivered',
  PENDING: 'pending',
  FAILED: 'failed',
  DROPPED: 'dropped',
  NOT_SUBSCRIBED: 'not_subscribed',
  DISABLED: 'disabled',
  CREATED_LATER: 'created_later',
  EXCLUDED: 'excluded',
} as const;

registerEnumType(EventOutcome, {
  name: 'EventOutcome',
  description: 'What became of an event at one endpoint.',
  valuesConfig: {
    DELIVERED: { description: 'Delivered.' },
    PENDING: { description: 'On its way; the delivery says what it waits for.' },
    FAILED: { description: 'Its attempts are used up; the delivery says why.' },
    DROPPED: { description: "The endpoint's script dropped it." },
    NOT_SUBSCRIBED: { description: 'The endpoint did not list its type, or not its place.' },
    DISABLED: { description: 'The endpoint was disabled at the time.' },
    CREATED_LATER: { description: 'The endpoint was made later.' },
    EXCLUDED: { description: 'A `webhook.*` event about this very endpoint, or a test of another one.' },
  },
});
