import { decodeId } from '@carillon/schema';
import type { RestServer } from './rest-server.js';

/** How an attempt ended, as the worker would have written it. */
export interface LoggedAttempt {
  readonly startedAt: string;
  readonly httpStatus?: number;
  readonly errorClass?: string;
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly responseBody?: string;
  readonly customHeaderNames?: readonly string[];
}

/** Writes the attempts of a pending delivery and how it ended, without a worker: what routes show is the same rows. */
export async function endDelivery(
  server: RestServer,
  shownId: string,
  status: 'delivered' | 'failed',
  attempts: readonly LoggedAttempt[],
): Promise<void> {
  const id = decodeId('delivery', shownId)!;
  for (const [index, attempt] of attempts.entries()) {
    await server.sql(
      `insert into attempt (workspace_id, delivery_id, number, kind, url, started_at, duration_ms, http_status, error_class,
                            response_headers, custom_header_names)
       select workspace_id, id, $2, 'automatic', 'https://hooks.example.com/', $3, 42, $4, $5, $6, $7 from delivery where id = $1`,
      [
        ...[id, index + 1, attempt.startedAt, attempt.httpStatus ?? null, attempt.errorClass ?? null],
        ...[attempt.responseHeaders ?? null, attempt.customHeaderNames ?? []],
      ],
    );
    if (attempt.responseBody !== undefined) {
      await server.sql(
        `insert into attempt_body (workspace_id, delivery_id, number, body)
         select workspace_id, id, $2, $3 from delivery where id = $1`,
        [id, index + 1, attempt.responseBody],
      );
    }
  }
  const last = attempts.at(-1);
  await server.sql('delete from delivery_due where delivery_id = $1', [id]);
  await server.sql(
    `update delivery set status = $2, attempt_count = $3, http_status = $4, error_class = $5, next_attempt_at = null,
            delivered_at = case $2 when 'delivered' then $6::timestamptz end
      where id = $1`,
    [id, status, attempts.length, last?.httpStatus ?? null, last?.errorClass ?? null, last?.startedAt ?? null],
  );
}
