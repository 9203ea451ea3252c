import { createRequire } from 'node:module';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Packages resolve to their sources, so that tests need no build (those that start processes start the built ones). */
const conditions = ['source'];

/** Node gives the packages we load graphql's CommonJS build; a second instance beside it would recognise none of its types. */
const alias = [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }];

interface ProjectOptions {
  readonly include: string[];
  readonly exclude?: string[];
  /** Whether the files may run at the same time: those that measure, or fill the machine, may not. */
  readonly parallel?: boolean;
  readonly testTimeoutMs?: number;
}

function project(name: string, options: ProjectOptions): TestProjectInlineConfiguration {
  const { include, exclude = [], parallel = true, testTimeoutMs = 20_000 } = options;
  return {
    resolve: { conditions, alias },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include,
      exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
      pool: 'forks',
      fileParallelism: parallel,
      testTimeout: testTimeoutMs,
      hookTimeout: 60_000,
    },
  };
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: ['test/support/global.ts'],
    // Most of them wait for databases, processes and receivers; the default would be one on a machine of two cores.
    maxWorkers: 3,
    projects: [
      project('unit', { include: ['{schema,worker,server,console}/src/**/*.test.{ts,tsx}'] }),
      project('contract', { include: ['test/contract/**/*.test.ts'] }),
      project('journeys', { include: ['test/journeys/**/*.test.ts'], testTimeoutMs: 60_000 }),
      project('security', { include: ['test/security/**/*.test.ts'], testTimeoutMs: 60_000 }),
      project('faults', { include: ['test/faults/**/*.test.ts'], parallel: false, testTimeoutMs: 600_000 }),
      project('browser', { include: ['test/browser/**/*.test.ts'], parallel: false, testTimeoutMs: 60_000 }),
    ],
    passWithNoTests: true,
  },
});
