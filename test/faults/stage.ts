import {
  createApiToken,
  createEndpoint,
  publishEvents,
  type EndpointSettingsInput,
  type Scope,
} from '@carillon/schema';
import { startChaosProxy, type ChaosProxy } from '../support/chaos-proxy.js';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openModel, type Model } from '../support/model.js';
import { judge, type Published, type Verdict } from '../support/oracle.js';
import { startReceiver, type Received, type Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';
import { queryOnce } from './casualties.js';

/** Ten short delays: what fails is soon tried again. */
export const SHORT_RETRIES = [1, 1, 2, 2, 2, 3, 3, 3, 3, 3];

const PROVEN_AFTER = 30;

/** An attempt as the log has it, with its delivery's state. */
export interface LoggedAttempt {
  readonly status: string;
  readonly number: number;
  readonly errorClass: string | null;
  readonly httpStatus: number | null;
  readonly durationMs: number | null;
  readonly truncated: string | null;
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>> | null;
  /** From the attempt's end to the next one, in ms; null when there is none to come. */
  readonly nextInMs: number | null;
}

const ATTEMPTS_SQL = `
  select d.status, a.number, a.error_class as "errorClass", a.http_status as "httpStatus", a.duration_ms as "durationMs",
         a.response_truncated as truncated, b.body, a.response_headers as headers,
         (extract(epoch from d.next_attempt_at - a.started_at) * 1000)::float8 - coalesce(a.duration_ms, 0) as "nextInMs"
    from carillon.delivery d
    join carillon.attempt a on a.workspace_id = d.workspace_id and a.delivery_id = d.id
    left join carillon.attempt_body b on b.workspace_id = a.workspace_id and b.delivery_id = a.delivery_id and b.number = a.number
   where d.event_name = $1 order by d.id, a.number`;

/** A workspace in a database of its own, with receivers, networks and workers that all end with it. */
export class Stage {
  readonly #receivers: Receiver[] = [];
  readonly #proxies: ChaosProxy[] = [];
  readonly #workers: WorkerProcess[] = [];
  readonly #endpoints = new Map<string, string[]>();
  readonly #published: Published[] = [];
  readonly #model: Model;

  private constructor(
    readonly database: TestDatabase,
    model: Model,
  ) {
    this.#model = model;
  }

  /** @param database one in a cluster of its own; by default one in the cluster that all files share */
  static async open(database?: TestDatabase): Promise<Stage> {
    const own = database ?? (await cloneDatabase());
    return new Stage(own, await openModel(own));
  }

  async receiver(): Promise<Receiver> {
    const receiver = await startReceiver();
    this.#receivers.push(receiver);
    return receiver;
  }

  async proxy(targetPort: number): Promise<ChaosProxy> {
    const proxy = await startChaosProxy(targetPort);
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Makes an endpoint for events of one name. @returns its uuid */
  async endpoint(event: string, url: string, settings: EndpointSettingsInput = {}): Promise<string> {
    const made = await createEndpoint(this.#model.deps, this.#model.actor, {
      url,
      events: [event],
      settings: { retryDelaysSeconds: SHORT_RETRIES, ...settings },
    });
    if (!made.ok) throw new Error(made.error.message);
    const { endpointId } = made.value;
    this.#endpoints.set(event, [...(this.#endpoints.get(event) ?? []), endpointId]);
    return endpointId;
  }

  /** The built worker; whatever becomes of it, it ends with the stage. */
  async worker(network?: ChaosProxy, env: Record<string, string> = {}): Promise<WorkerProcess> {
    const { database } = this;
    const reached = network && {
      ...database,
      workerUrl: network.through(database.workerUrl),
      queueUrl: network.through(database.queueUrl),
    };
    const worker = await startWorkerProcess(reached ?? database, env);
    this.#workers.push(worker);
    return worker;
  }

  async publish(event: string, count = 1): Promise<void> {
    for (let n = 0; n < count; n++) {
      const result = await publishEvents(this.#model.deps, this.#model.actor, {
        events: [{ event, dataText: `{"n":${n}}` }],
      });
      if (!result.ok) throw new Error(result.error.message);
      this.expectPublished(
        event,
        result.value.map(({ id }) => id),
      );
    }
  }

  /** Delivers some events, so that their endpoint is known to be well: a new one gets one request at a time. */
  async prove(event: string): Promise<void> {
    await this.publish(event, PROVEN_AFTER);
    await this.drained();
  }

  /** Tells the oracle of events that others published and that were acknowledged, by their uuids. */
  expectPublished(event: string, eventIds: Iterable<string>): void {
    for (const eventId of eventIds) {
      this.#published.push({ eventId, endpointIds: this.#endpoints.get(event) ?? [] });
    }
  }

  /** A new token of these scopes. */
  async token(...scopes: Scope[]): Promise<string> {
    const made = await createApiToken(this.#model.deps, this.#model.actor, { name: 'fault', scopes });
    if (!made.ok) throw new Error(made.error.message);
    return made.value.secret;
  }

  sql<Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return queryOnce<Row>(this.database.databaseUrl, text, values);
  }

  /** A count of rows, by a table and a condition. */
  async count(rows: string): Promise<number> {
    const [row] = await this.sql<{ count: number }>(`select count(*)::int as count from ${rows}`);
    return row?.count ?? -1;
  }

  /** Every attempt of every delivery of events of this name, in order. */
  attempts(event: string): Promise<LoggedAttempt[]> {
    return this.sql<LoggedAttempt & Record<string, unknown>>(ATTEMPTS_SQL, [event]);
  }

  async drained(timeoutMs = 30_000): Promise<void> {
    await until(async () => (await this.count('carillon.delivery_due')) === 0, 'nothing pending', timeoutMs);
  }

  /** All requests that all receivers got. */
  received(): Received[] {
    return this.#receivers.flatMap(({ received }) => received);
  }

  verdict(): Promise<Verdict> {
    return judge(this.database.databaseUrl, this.#published, this.received());
  }

  async close(): Promise<void> {
    for (const { process } of this.#workers) process.kill('SIGKILL');
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    await Promise.all(this.#receivers.map((receiver) => receiver.close()));
    await this.#model.close();
    await this.database.drop();
  }
}
