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
