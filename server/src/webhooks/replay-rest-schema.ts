import { encodeId, wholeSeconds, type Job } from '@carillon/schema';
import { z } from 'zod';
import { idempotencyKeyField } from '../http/rest-input.js';
import { moment } from './rest-schema.js';

const momentInput = z.iso.datetime({
  offset: true,
  error: 'Must be an RFC 3339 date and time with a zone, like 2026-06-07T10:00:00Z.',
});

export const replayBody = z
  .strictObject({
    since: momentInput.meta({ description: 'Events from then on.' }),
    until: momentInput.optional().meta({ description: 'Before then; without it, all there are.' }),
    status: z.enum(['delivered', 'failed', 'missed', 'all']).default('all').meta({
      description:
        'Which: those whose delivery arrived, those whose delivery failed, those the endpoint got no delivery of (it was disabled, or not there yet), or all it subscribes to.',
    }),
    dry_run: z.boolean().default(false).meta({ description: 'Only count. Nothing is stored.' }),
    ...idempotencyKeyField,
  })
  .meta({ id: 'ReplayCreate', examples: [{ since: '2026-06-07T00:00:00Z', status: 'missed' }] });

const id = z.string().meta({ description: '`job_` and a ULID.', examples: ['job_01JXA4ZK3B8Q5R7S9T0V2W4X6Y'] });
const total = z.int().meta({ description: 'Events selected.' });

export const replayStartAnswer = z
  .strictObject({ id, total })
  .meta({ id: 'ReplayStarted', description: 'A replay that has begun.' });

export const replayCountAnswer = z
  .strictObject({ total })
  .meta({ id: 'ReplayCount', description: 'What a replay would send.' });

export const replayAnswer = z
  .strictObject({
    id,
    status: z.enum(['running', 'done', 'aborted', 'failed']),
    total,
    done: z.int().meta({ description: 'Deliveries made.' }),
    skipped: z.int().meta({ description: 'Events that no longer fit, e.g. past their retention.' }),
    failed: z.int().meta({ description: 'Events that could not be done.' }),
    created_at: moment,
    finished_at: moment.nullable().meta({ description: 'Null while it runs.' }),
  })
  .meta({ id: 'Replay', description: 'How far a replay is.' });

/** A replay as it is shown. */
export function replayOf(job: Job): z.output<typeof replayAnswer> {
  return {
    id: encodeId('job', job.id),
    status: replayAnswer.shape.status.parse(job.status),
    total: job.totalCount,
    done: job.doneCount,
    skipped: job.skippedCount,
    failed: job.failedCount,
    created_at: wholeSeconds(job.createdAt),
    finished_at: job.finishedAt == null ? null : wholeSeconds(job.finishedAt),
  };
}
