/** Says what is being done, and then how long it took: `starting PostgreSQL … 0.9 s`. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  process.stdout.write(`  ${what} … `);
  try {
    const value = await work();
    process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
    return value;
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
}

/** One line for the operator, apart from the progress and the logs. */
export function say(line: string): void {
  process.stdout.write(`  ${line}\n`);
}
