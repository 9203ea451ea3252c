// `npm test`: everything that must pass, in stages, each against its budget of seconds. Plain JavaScript that runs on
// Node 20, for it is what installs the rest.
//
//   node test/run.mjs            all of it
//   node test/run.mjs lint       types, lint and architecture only
//   node test/run.mjs faults     the long fault matrix
//   node test/run.mjs bench      the benchmarks

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../server/bin/build.mjs';
import { install } from '../server/bin/install.mjs';
import { findNode } from '../server/bin/node-24.mjs';
import { root, toolEnvironment } from '../server/bin/run.mjs';
import { findChromium } from './support/chromium.mjs';

const totalBudget = 720;

/** What a stage found: tests, or for one without tests only whether it passed. */
class Outcome {
  constructor({ ok, passed = 0, failed = ok ? 0 : 1, note = '' }) {
    Object.assign(this, { ok, passed, failed, note });
  }
}

const prepare = [
  { name: 'install', budget: 40, run: () => settled(install) },
  { name: 'build', budget: 60, run: buildWithoutDrift },
];

const lint = { name: 'types and lint', budget: 90, run: typesAndLint };

const everything = [
  ...prepare,
  lint,
  { name: 'unit', budget: 60, run: () => vitest(['unit']) },
  { name: 'contract and journeys', budget: 150, run: () => vitest(['contract', 'journeys']) },
  { name: 'security', budget: 120, run: () => vitest(['security']) },
  { name: 'faults, short', budget: 100, run: () => vitest(['faults']) },
  { name: 'browser', budget: 100, run: browser },
];

const verbs = {
  all: everything,
  lint: [...prepare, lint],
  faults: [...prepare, { name: 'faults, long', run: () => vitest(['faults'], { CARILLON_FAULTS: 'long' }) }],
  bench: [...prepare, { name: 'benchmarks', run: async () => outcomeOf(await tool('node', ['test/bench/run.ts'])) }],
};

const verb = process.argv[2] ?? 'all';
const stages = verbs[verb];
if (!stages) throw new Error(`There is no suite "${verb}": ${Object.keys(verbs).join(', ')}.`);
const ok = await runStages(stages, verb === 'all' ? totalBudget : undefined);
process.exit(ok ? 0 : 1);

async function runStages(list, budget) {
  const rows = [];
  for (const stage of list) {
    process.stdout.write(`\n── ${stage.name} ${'─'.repeat(Math.max(0, 74 - stage.name.length))}\n`);
    const startedAt = performance.now();
    const outcome = await stage.run();
    const seconds = (performance.now() - startedAt) / 1000;
    rows.push({ ...stage, outcome, seconds });
    process.stdout.write(`── ${stage.name}: ${secondsOf(seconds, stage.budget)}\n`);
    // Without packages or a build, everything after would fail for that one reason.
    if (!outcome.ok && prepare.includes(stage)) break;
  }
  return report(rows, budget);
}

function report(rows, budget) {
  const total = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  const inTime = budget === undefined || total <= budget;
  const line = (name, seconds, limit, result) =>
    `  ${name.padEnd(24)}${seconds.toFixed(1).padStart(8)} s${(limit === undefined ? '' : `of ${limit}`).padStart(8)}   ${result}\n`;
  process.stdout.write('\n');
  for (const { name, seconds, budget: limit, outcome } of rows) {
    const late = limit !== undefined && seconds > limit ? ', over its budget' : '';
    process.stdout.write(
      line(name, seconds, limit, `${outcome.ok ? 'passed' : 'FAILED'}${late}${outcome.note && `, ${outcome.note}`}`),
    );
  }
  process.stdout.write(line('total', total, budget, inTime ? '' : 'FAILED: over the budget'));

  const passed = rows.reduce((sum, { outcome }) => sum + outcome.passed, 0);
  // A stage that has no tests to count, or a run that took too long, counts as one failure: "0 failed" means all is well.
  const failed = rows.reduce((sum, { outcome }) => sum + outcome.failed, 0) + (inTime ? 0 : 1);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0;
}

function secondsOf(seconds, budget) {
  return `${seconds.toFixed(1)} s${budget === undefined ? '' : ` of ${budget}`}`;
}

async function settled(work) {
  try {
    await work();
    return new Outcome({ ok: true });
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return new Outcome({ ok: false });
  }
}

/** The build writes the API's contract; in the repository there must be the one that the sources make. */
async function buildWithoutDrift() {
  const contract = () => readFileSync(join(root, 'schema', 'schema.graphql'), { encoding: 'utf8', flag: 'a+' });
  const committed = contract();
  const outcome = await settled(build);
  if (!outcome.ok || contract() === committed) return outcome;
  process.stderr.write(
    'schema/schema.graphql was not the one that the resolvers make. It is now: look at it, and commit it.\n',
  );
  return new Outcome({ ok: false, note: 'the contract has drifted' });
}

async function typesAndLint() {
  const sources = ['schema/src', 'server/src', 'worker/src', 'console/src', 'test'];
  const checks = [
    // Two cores: the two slow ones at the same time, then the others. (ESLint has no cache: with types, what is wrong in
    // one file may come from a change in another.)
    [
      ['eslint', ['.']],
      ['tsc', ['-p', 'test']],
    ],
    [
      ['prettier', ['--check', '--log-level', 'warn', '.']],
      ['depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', ...sources]],
      ['knip', ['--no-config-hints']],
    ],
  ];
  const failed = [];
  for (const together of checks) {
    const codes = await Promise.all(together.map(([command, args]) => tool(command, args)));
    failed.push(...together.filter((_, i) => codes[i] !== 0).map(([command]) => command));
  }
  return new Outcome({ ok: failed.length === 0, failed: failed.length, note: failed.join(', ') });
}

function browser() {
  const chromium = findChromium();
  if (chromium) return vitest(['browser'], { CHROMIUM_PATH: chromium });
  const required = process.env.CARILLON_REQUIRE_BROWSER === '1';
  process.stdout.write(
    `There is no Chromium here, and it can't be installed: the browser tests ${required ? 'are required' : 'ARE SKIPPED'}.\n`,
  );
  return new Outcome({ ok: !required, note: 'no Chromium' });
}

async function vitest(projects, environment = {}) {
  const reportFile = join(root, 'node_modules', '.cache', `vitest-${projects.join('-')}.json`);
  mkdirSync(join(reportFile, '..'), { recursive: true });
  rmSync(reportFile, { force: true });
  const args = [
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
  ];
  const code = await tool('vitest', args, environment);
  return countTests(code, reportFile);
}

function countTests(code, reportFile) {
  let counts;
  try {
    counts = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return outcomeOf(code);
  }
  // A file that does not load has no tests that could fail.
  const unloadable = counts.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = counts.numFailedTests + unloadable.length;
  const skipped = counts.numPendingTests + counts.numTodoTests;
  return new Outcome({
    ok: code === 0,
    passed: counts.numPassedTests,
    failed: code === 0 ? failed : Math.max(1, failed),
    note: skipped > 0 ? `${skipped} skipped` : '',
  });
}

function outcomeOf(code) {
  return new Outcome({ ok: code === 0 });
}

/** Runs a tool of the packages on the Node that Carillon runs on, in view of whoever waits. */
function tool(command, args, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...hermetic(toolEnvironment(findNode())), ...environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Tests bring their own settings: those of whoever runs them must not leak in. */
function hermetic(environment) {
  const settings = /^(CARILLON_|DATABASE_URL$|DELIVERY_TARGETS$|PORT$|HOST$)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !settings.test(name)));
}
