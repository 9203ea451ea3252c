import { registerEnumType } from 'type-graphql';

export const LocationKind = {
  BUILDING: 'building',
  FLOOR: 'floor',
  UNIT: 'unit',
  LOCATION: 'location',
} as const;

registerEnumType(LocationKind, {
  name: 'LocationKind',
  description: 'A level of the hierarchy. A child is of a lower level than its parent; levels may be left out.',
  valuesConfig: {
    BUILDING: { description: 'A building.' },
    FLOOR: { description: 'A floor.' },
    UNIT: { description: 'A unit, e.g. a department.' },
    LOCATION: { description: 'A place where feedback is given.' },
  },
});

export const QuestionType = {
  RATING: 'RATING',
  NPS: 'NPS',
  CHOICE: 'CHOICE',
  CSAT: 'CSAT',
  TEXT: 'TEXT',
  SCALE: 'SCALE',
  LONG_TEXT: 'LONG_TEXT',
} as const;

registerEnumType(QuestionType, {
  name: 'QuestionType',
  description: "What a question asks for, and what its answer's `value` is.",
  valuesConfig: {
    RATING: { description: 'Stars: integer 1 to 5.' },
    NPS: { description: 'Net Promoter Score: integer 0 to 10.' },
    CHOICE: { description: 'One of `choices`: string.' },
    CSAT: { description: 'Customer satisfaction: integer 1 to 5.' },
    TEXT: { description: 'A line: string, at most 500 characters.' },
    SCALE: { description: 'Integer from `minimum` to `maximum`.' },
    LONG_TEXT: { description: 'A paragraph: string, at most 10,000 characters; may open a ticket.' },
  },
});

export const FeedbackErrorCode = {
  NOT_FOUND: 'NOT_FOUND',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  VALIDATION: 'VALIDATION',
  QUOTA_EXCEEDED: 'QUOTA_EXCEEDED',
  FORBIDDEN: 'FORBIDDEN',
  RATE_LIMITED: 'RATE_LIMITED',
  CONFLICT: 'CONFLICT',
  UNAVAILABLE: 'UNAVAILABLE',
  CLOSED: 'CLOSED',
  IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED',
} as const;

registerEnumType(FeedbackErrorCode, {
  name: 'FeedbackErrorCode',
  description: 'Codes of FeedbackError.',
  valuesConfig: {
    NOT_FOUND: { description: 'No such object, poster code or personnel code here.' },
    PAYLOAD_TOO_LARGE: { description: 'Over 256 KiB with the envelope.' },
    VALIDATION: { description: 'A value, answer or number is not as it must be.' },
    QUOTA_EXCEEDED: { description: 'As many as a workspace may have, or no AI budget left.' },
    FORBIDDEN: { description: 'The edit token is wrong or too old.' },
    RATE_LIMITED: { description: 'Too many from this poster and address.' },
    CONFLICT: { description: 'A name or code is taken, others refer to it, or AI is off.' },
    UNAVAILABLE: { description: 'AI did not answer.' },
    CLOSED: { description: 'The poster or survey is closed: say so, thank the visitor.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The key was used with other arguments.' },
  },
});
