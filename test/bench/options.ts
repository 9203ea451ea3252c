// What bounds a run, out of the environment.

/** Of a figure that is a rate or a latency; some rows take less of it. */
export const seconds = numberOf('SECONDS', 60);
/** Of what is compared with something else in the same run. */
export const rounds = numberOf('ROUNDS', 3);
/** Pending deliveries of the workspace that is far behind. */
export const backlog = numberOf('BACKLOG', 1_000_000);
/** Under full load, for the worker's memory. */
export const memoryMinutes = numberOf('MEMORY_MINUTES', 30);
/** Of ten endpoints each, where there are many endpoints. */
export const workspaces = numberOf('WORKSPACES', 100);
/** Also print what PostgreSQL spent its time on. */
export const withStatements = Boolean(process.env.STATEMENTS);
/** Another build of PostgreSQL, 15 to 18, than the npm package's, which is compiled for size (-Os). */
export const postgresBin = process.env.POSTGRES_BIN || undefined;
/** Also the deliveries list at ten million. */
export const withList = process.env.LIST === '1';

/** The rows asked for; all, by default. @throws Error for one there is not. */
export function rowsAskedFor<Name extends string>(names: readonly Name[]): readonly Name[] {
  const asked = (process.env.ONLY || names.join(',')).split(',').map((name) => name.trim());
  return asked.map((one) => {
    const known = names.find((name) => name === one);
    if (known === undefined) throw new Error(`There is no row "${one}": ${names.join(', ')}.`);
    return known;
  });
}

function numberOf(name: string, fallback: number): number {
  const value = Number(process.env[name] || fallback);
  if (!(value >= 0)) throw new Error(`${name} must be a number.`);
  return value;
}
