import type { Database } from '@carillon/schema';
import type { AttemptRecord } from './send.js';

/** An attempt, and whether its lane had no more room. */
export interface PressedRecord extends AttemptRecord {
  readonly pressed: boolean;
}

const FINISH_SQL = `select carillon.finish($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::integer[], $7::text[],
  $8::text[], $9::timestamptz[], $10::integer[], $11::integer[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
  $17::text[], $18::boolean[]) as noticed`;

/**
 * Records a batch of attempts in one statement; each is fenced by its lease, so what was taken back changes nothing.
 * @returns whether there is something to tell, see notices.ts
 */
export async function record(db: Database, records: readonly PressedRecord[]): Promise<boolean> {
  const [row] = await db.call<{ noticed: boolean }>('finish', FINISH_SQL, [
    records.map(({ claimed }) => claimed.workspace_id),
    records.map(({ claimed }) => claimed.delivery_id),
    records.map(({ claimed }) => claimed.lease_token),
    records.map(({ claimed }) => claimed.attempt_number),
    records.map(({ outcome }) => outcome.outcome),
    records.map(({ outcome }) => outcome.delayMs),
    records.map(({ claimed }) => claimed.kind),
    records.map(({ claimed }) => claimed.url),
    records.map(({ startedAt }) => startedAt),
    records.map(({ durationMs }) => durationMs),
    records.map(({ httpStatus }) => httpStatus),
    records.map(({ outcome }) => outcome.errorClass),
    records.map(({ outcome }) => outcome.errorMessage),
    records.map(({ responseHeaders }) => responseHeaders && JSON.stringify(responseHeaders)),
    records.map(({ truncated }) => truncated),
    records.map(({ responseBody }) => responseBody),
    records.map(({ claimed }) => claimed.header_names.join(',')),
    records.map(({ pressed }) => pressed),
  ]);
  return row?.noticed ?? false;
}
