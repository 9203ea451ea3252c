import { decodeId } from '@carillon/schema';
import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;
const RETRY_MS = 150;

/** One thing to tell the platform. */
export interface Item {
  readonly n: number;
  readonly event: string;
  /** Index of its workspace. */
  readonly workspace: number;
}

/** A client of the REST API that repeats what it got no answer to, under the same Idempotency-Key, at another server. */
export class Publisher {
  /** What was acknowledged: the event's uuid by the item's number. */
  readonly ledger = new Map<number, string>();
  /** Answers by status; `none` where the connection failed. */
  readonly answers: Record<string, number> = {};
  /** Items whose repeat was told another event. */
  readonly disagreements: number[] = [];

  /**
   * @param servers addresses of the servers, up or down
   * @param tokens one for each workspace
   */
  constructor(
    private readonly seed: number,
    private readonly servers: readonly string[],
    private readonly tokens: readonly string[],
  ) {}

  /** Publishes until it is acknowledged. @throws Error when it is refused, which nothing here should be */
  async publish(item: Item): Promise<void> {
    for (let tries = 0; ; tries++) {
      const eventId = await this.#send(item, item.n + tries);
      if (eventId !== null) {
        this.ledger.set(item.n, eventId);
        return;
      }
      await delay(RETRY_MS);
    }
  }

  /** Sends what was acknowledged once more, to the other server. */
  async repeat(item: Item): Promise<void> {
    const eventId = await this.#send(item, item.n + 1);
    if (eventId !== null && eventId !== this.ledger.get(item.n)) this.disagreements.push(item.n);
  }

  async #send({ n, event, workspace }: Item, tries: number): Promise<string | null> {
    const server = this.servers[tries % this.servers.length] ?? '';
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${server}/api/events`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${this.tokens[workspace] ?? ''}`,
          'idempotency-key': `storm-${this.seed}-${n}`,
        },
        body: JSON.stringify({ event, data: { n } }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch {
      this.#count('none');
      return null;
    }
    this.#count(String(response.status));
    if (response.status === 202) return decodeId('event', (JSON.parse(text) as { id: string }).id);
    if (response.status === 503) return null;
    throw new Error(`Publishing item ${n} was answered ${response.status}: ${text}`);
  }

  #count(answer: string): void {
    this.answers[answer] = (this.answers[answer] ?? 0) + 1;
  }
}
