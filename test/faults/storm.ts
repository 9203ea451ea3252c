import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { OwnCluster, TestDatabase } from '../support/cluster.js';
import { countDuplicates, judge, type Published, type Verdict } from '../support/oracle.js';
import { until } from '../support/until.js';
import { measureRecovery, queryOnce, type Recovery } from './casualties.js';
import { chanceFor, chanceOf, type Chance } from './chance.js';
import { prepareField, type Field } from './storm-field.js';
import { Publisher, type Item } from './storm-publisher.js';
import { tempers } from './storm-receivers.js';

/** What is done to whom, how often. */
export interface StormPlan {
  readonly seed: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly actions: Readonly<Partial<Record<Action, number>>>;
}

type Action = keyof typeof deeds;

/** What a storm came to. */
export interface StormReport {
  readonly verdict: Verdict;
  readonly recovery: Recovery;
  /** From PostgreSQL taking connections again to the next attempt that started. */
  readonly afterRestartMs: readonly number[];
  readonly requests: number;
  readonly duplicates: number;
  readonly forged: readonly string[];
  /** Items whose repeat under the same key was told another event, and items that made more than one event. */
  readonly notIdempotent: readonly number[];
  /** Answers to the publisher by status; `none` where the connection failed. */
  readonly answers: Readonly<Record<string, number>>;
  /** Deliveries by what became of them. */
  readonly ends: Readonly<Record<string, number>>;
  /** Attempts by error class. */
  readonly attempts: Readonly<Record<string, number>>;
  /** How often what was done. */
  readonly done: Readonly<Record<string, number>>;
  /** Processes that came up, the first ones included. */
  readonly starts: { readonly servers: number; readonly workers: number };
  /** Exit codes of the processes that were asked to stop, in the storm and at its end. */
  readonly exitCodes: readonly (number | null)[];
  /** Lines in which a process says that it met a bug. */
  readonly bugs: readonly string[];
  readonly publishSeconds: number;
  readonly drainSeconds: number;
}

const REPEAT_SHARE = 0.1;
const DRAIN_MS = 120_000;
const UNLOCK_MS = 20_000;

/** Raises a storm over a database of an own cluster, waits until it is quiet again, and takes stock. */
export async function raiseStorm(cluster: OwnCluster, database: TestDatabase, plan: StormPlan): Promise<StormReport> {
  const field = await prepareField(database, plan.seed);
  const storm = new Storm(cluster, database, plan, field);
  try {
    return await storm.run();
  } finally {
    await field.close();
    keepLogs(field, plan.seed);
  }
}

/** With FAULT_LOGS set to a directory, what every process wrote is kept there. */
function keepLogs({ workers, servers }: Field, seed: number): void {
  const dir = process.env.FAULT_LOGS;
  if (!dir) return;
  mkdirSync(dir, { recursive: true });
  for (const [slot, { all }] of workers.entries()) {
    for (const [life, { log }] of all.entries()) {
      writeFileSync(join(dir, `${seed}-worker-${slot}-${life}.log`), log.join('\n'));
    }
  }
  for (const [slot, { all }] of servers.entries()) {
    for (const [life, { output }] of all.entries()) {
      writeFileSync(join(dir, `${seed}-server-${slot}-${life}.log`), output());
    }
  }
}

/** How each fault is brought about. What is wrong with the network lasts until the next action. */
const deeds = {
  'kill worker': ({ field, chance }) => chance.pick(two(field.workers)).signal('SIGKILL'),
  'kill server': ({ field, chance }) => chance.pick(two(field.servers)).signal('SIGKILL'),
  'stop worker': async ({ field, chance, exitCodes }) => {
    const { child } = await chance.pick(two(field.workers)).signal('SIGTERM');
    exitCodes.push(child.process.exitCode);
  },
  'stop server': async ({ field, chance, exitCodes }) => {
    const { child } = await chance.pick(two(field.servers)).signal('SIGTERM');
    exitCodes.push(child.process.exitCode);
  },
  'restart fast': (storm) => storm.restart('fast'),
  'restart immediate': (storm) => storm.restart('immediate'),
  // LISTEN is the last that these sessions were asked.
  'end listeners': (storm) => storm.endSessions(`query ilike 'listen%'`),
  'end all sessions': (storm) => storm.endSessions('true'),
  'network late': ({ field }) => field.network.set({ latencyMs: 150 }),
  'network sliced': ({ field }) => field.network.set({ sliceBytes: 64, latencyMs: 1 }),
  'network resets requests': ({ field }) => field.network.set({ resetAfterBytes: 700 }),
  'network black hole': ({ field }) => field.network.set({ blackHole: true }),
  'network refuses': ({ field }) => field.network.set({ refuse: true }),
} satisfies Record<string, (storm: Storm) => Promise<unknown>>;

class Storm {
  readonly chance: Chance;
  readonly exitCodes: (number | null)[] = [];
  readonly #publisher: Publisher;
  readonly #items: readonly Item[];
  readonly #underWay: Promise<void>[] = [];
  readonly #upAgainMs: number[] = [];
  readonly #done: Record<string, number> = {};

  constructor(
    private readonly cluster: OwnCluster,
    private readonly database: TestDatabase,
    private readonly plan: StormPlan,
    readonly field: Field,
  ) {
    this.chance = chanceOf(plan.seed);
    this.#publisher = new Publisher(plan.seed, field.serverUrls, field.tokens);
    this.#items = Array.from({ length: plan.events }, (_, n) => ({
      n,
      event: `custom.${this.chance.pick(tempers)}`,
      workspace: this.chance.between(0, field.tokens.length - 1),
    }));
  }

  async run(): Promise<StormReport> {
    const { field } = this;
    await until(() => [...field.servers, ...field.workers].every(({ current }) => current), 'all processes', 60_000);
    const startedMs = performance.now();
    await this.#rage();
    const publishedMs = performance.now();
    await this.#drain();
    const drainedMs = performance.now();
    for (const one of [...field.workers, ...field.servers]) this.exitCodes.push(await one.stop());
    return {
      ...(await this.#takeStock()),
      publishSeconds: (publishedMs - startedMs) / 1000,
      drainSeconds: (drainedMs - publishedMs) / 1000,
    };
  }

  async restart(mode: 'fast' | 'immediate'): Promise<void> {
    await this.cluster.restart(mode);
    this.#upAgainMs.push(Date.now());
  }

  /** pg_terminate_backend for those who are connected to the storm's database, but ourselves. */
  async endSessions(which: string): Promise<void> {
    await queryOnce(
      this.database.databaseUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and ${which}`,
    );
  }

  /**
   * As many rounds as there are faults: events go out at their pace, and in the middle of that the fault strikes. The next
   * round begins when the fault has been brought about; what was not acknowledged is repeated meanwhile.
   */
  async #rage(): Promise<void> {
    const list = Object.entries(this.plan.actions).flatMap(([action, times]) =>
      Array<Action>(times).fill(action as Action),
    );
    const perRound = this.plan.events / list.length;
    for (const [round, action] of this.chance.shuffled(list).entries()) {
      const from = Math.round(round * perRound);
      const until = Math.round((round + 1) * perRound);
      const strikesAt = this.chance.between(from, until - 1);
      await this.field.network.heal();
      await this.#publish(from, strikesAt);
      await Promise.all([deeds[action](this), this.#publish(strikesAt, until)]);
      this.#done[action] = (this.#done[action] ?? 0) + 1;
    }
    await this.field.network.heal();
    await Promise.all(this.#underWay);
  }

  /** In bursts, whatever becomes of those before. */
  async #publish(from: number, until: number): Promise<void> {
    for (let at = from; at < until;) {
      const burst = Math.min(this.chance.between(1, this.plan.eventsPerSecond), until - at);
      for (const item of this.#items.slice(at, at + burst)) this.#underWay.push(this.#publishOne(item));
      at += burst;
      await delay((burst / this.plan.eventsPerSecond) * 1000);
    }
  }

  async #publishOne(item: Item): Promise<void> {
    await this.#publisher.publish(item);
    // Decided by the item, as who comes first is not in our hands.
    if (chanceFor(this.plan.seed, `repeat ${item.n}`).next() < REPEAT_SHARE) await this.#publisher.repeat(item);
  }

  async #drain(): Promise<void> {
    const count = async (sql: string): Promise<number> => {
      const [row] = await queryOnce<{ count: number }>(this.database.databaseUrl, sql).catch(() => []);
      return row?.count ?? -1;
    };
    const due = () => count('select count(*)::int as count from carillon.delivery_due');
    // The locks of the dead are freed long before they are a minute old.
    const locked = () =>
      count(
        `select count(*)::int as count from graphile_worker._private_jobs
          where locked_by is not null and locked_by not in (select pool_id from carillon.worker where pool_id is not null)`,
      );
    // What is not done by then is for the oracle to tell.
    await until(async () => (await due()) === 0, 'nothing pending', DRAIN_MS).catch(() => undefined);
    await until(async () => (await locked()) === 0, 'no job locked by the dead', UNLOCK_MS);
  }

  async #takeStock(): Promise<Omit<StormReport, 'publishSeconds' | 'drainSeconds'>> {
    const { field, database } = this;
    const published: Published[] = this.#items.map(({ n, workspace, event }) => ({
      eventId: this.#publisher.ledger.get(n) ?? `item ${n}`,
      endpointIds: field.endpointsOf(workspace, event),
    }));
    const received = field.received();
    const casualties = await Promise.all(field.casualties);
    const tally = async (sql: string): Promise<Record<string, number>> => {
      const rows = await queryOnce<{ key: string; count: number }>(database.databaseUrl, sql);
      return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
    };
    return {
      verdict: await judge(database.databaseUrl, published, received),
      recovery: await measureRecovery(
        database.databaseUrl,
        casualties.filter(({ killed }) => killed),
      ),
      afterRestartMs: await this.#movingAfterRestarts(),
      requests: received.length,
      duplicates: countDuplicates(received),
      forged: field.receivers.flatMap(({ forged }) => forged),
      notIdempotent: [...this.#publisher.disagreements, ...(await this.#madeTwice())],
      answers: this.#publisher.answers,
      ends: await tally(
        `select status || coalesce(' ' || error_class, '') as key, count(*)::int as count from carillon.delivery group by 1`,
      ),
      attempts: await tally(
        `select coalesce(error_class, 'delivered') as key, count(*)::int as count from carillon.attempt group by 1`,
      ),
      done: this.#done,
      starts: {
        servers: field.servers.reduce((sum, { all }) => sum + all.length, 0),
        workers: field.workers.reduce((sum, { all }) => sum + all.length, 0),
      },
      exitCodes: this.exitCodes,
      bugs: this.#bugs(),
    };
  }

  async #movingAfterRestarts(): Promise<number[]> {
    const rows = await queryOnce<{ ms: number | null }>(
      this.database.databaseUrl,
      `select (select (extract(epoch from min(a.started_at)) * 1000)::float8 from carillon.attempt a
                where a.started_at > to_timestamp(t.ms / 1000.0)) - t.ms as ms from unnest($1::float8[]) as t(ms)`,
      [this.#upAgainMs],
    );
    return rows.map(({ ms }) => ms ?? Infinity);
  }

  /** A committed publish that its client never heard of, and repeated as another event, would show here. */
  async #madeTwice(): Promise<number[]> {
    const rows = await queryOnce<{ n: number }>(
      this.database.databaseUrl,
      `select (b.body::json->'data'->>'n')::int as n
         from carillon.event_body b join carillon.event e on e.workspace_id = b.workspace_id and e.id = b.event_id
        where e.type like 'custom.%' group by 1 having count(*) > 1`,
    );
    return rows.map(({ n }) => n);
  }

  #bugs(): string[] {
    const lines = [
      ...this.field.workers.flatMap(({ all }) => all.flatMap(({ log }) => log)),
      ...this.field.servers.flatMap(({ all }) => all.flatMap(({ output }) => output().split('\n'))),
    ];
    return lines.filter((line) => line.includes('"level":60') || line.includes('a bug'));
  }
}

function two<Item>(items: readonly Item[]): readonly [Item, ...Item[]] {
  const [first, ...others] = items;
  if (first === undefined) throw new Error('There is none.');
  return [first, ...others];
}
