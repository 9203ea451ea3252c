import { withStatements } from './options.ts';
import type { Stage } from './stage.ts';

/** Begins to count anew. */
export async function resetStatements({ admin }: Stage): Promise<void> {
  await admin.query('select pg_stat_statements_reset()');
}

/** Statements since, without those that only frame others. With STATEMENTS, prints what took the most time. */
export async function countStatements({ admin }: Stage): Promise<number> {
  const { rows } = await admin.query<{ calls: number }>(
    `select sum(calls)::float8 as calls from pg_stat_statements where query !~* '^(begin|commit|rollback|set|listen)' and toplevel`,
  );
  if (withStatements) {
    const top = await admin.query(
      `select calls, round(total_exec_time) as total_ms, round(mean_exec_time::numeric, 2) as mean_ms, rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as query
         from pg_stat_statements where toplevel order by total_exec_time desc limit 12`,
    );
    console.table(top.rows);
  }
  return rows[0]?.calls ?? 0;
}
