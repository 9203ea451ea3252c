import { registerEnumType } from 'type-graphql';

export const JobKind = {
  REPLAY: 'replay',
  RETRY: 'retry',
} as const;

registerEnumType(JobKind, {
  name: 'JobKind',
  description: 'What a job does.',
  valuesConfig: {
    REPLAY: { description: 'Sends an endpoint its events again (`endpointReplay`).' },
    RETRY: { description: 'Retries many failed deliveries (`deliveryBulkRetry`).' },
  },
});

export const JobStatus = {
  RUNNING: 'running',
  DONE: 'done',
  ABORTED: 'aborted',
  FAILED: 'failed',
} as const;

registerEnumType(JobStatus, {
  name: 'JobStatus',
  description: 'How far a job is.',
  valuesConfig: {
    RUNNING: { description: 'At work.' },
    DONE: { description: 'All done; single items may have failed.' },
    ABORTED: { description: 'Stopped by a person; what was done stays done.' },
    FAILED: { description: 'Broken off by a fault.' },
  },
});

export const JobErrorCode = {
  NOT_FOUND: 'NOT_FOUND',
  QUOTA_EXCEEDED: 'QUOTA_EXCEEDED',
  VALIDATION: 'VALIDATION',
  NOTHING_SELECTED: 'NOTHING_SELECTED',
  FORBIDDEN: 'FORBIDDEN',
  IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED',
  CONFLICT: 'CONFLICT',
  UNAVAILABLE: 'UNAVAILABLE',
} as const;

registerEnumType(JobErrorCode, {
  name: 'JobErrorCode',
  description: 'Codes of JobError.',
  valuesConfig: {
    NOT_FOUND: { description: 'No such job or object here.' },
    QUOTA_EXCEEDED: { description: 'Five run already.' },
    VALIDATION: { description: 'An argument is out of bounds.' },
    NOTHING_SELECTED: { description: 'The selection is empty.' },
    FORBIDDEN: { description: 'Without the scope that started it.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The key was used with other arguments.' },
    CONFLICT: { description: 'It has ended already; or the endpoint of a replay is disabled.' },
    UNAVAILABLE: { description: 'An encryption key is missing.' },
  },
});
