import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import { OutboundFault } from './outbound-fault.js';

export interface ResolverOptions {
  /** DNS servers as `address` or `address:port`; the machine's own when missing. */
  readonly servers?: readonly string[] | undefined;
  /** For the whole look-up. Leaves room for the connection within its 3 s. */
  readonly timeoutMs?: number | undefined;
  /** How long an answer is used again. */
  readonly cacheMs?: number | undefined;
}

interface CachedAnswer {
  readonly addresses: readonly string[];
  /** By `performance.now()`. */
  readonly untilMs: number;
}

const maxCachedHosts = 2000;
const loopback: readonly string[] = ['127.0.0.1', '::1'];

/**
 * Finds a host's addresses by asking DNS itself (c-ares), not by `getaddrinfo`: that has no timeout, reads /etc/hosts,
 * and four slow names would fill the thread pool and stop every other look-up. It judges nothing: the caller vets all
 * addresses, also those of a cached answer, at every connection.
 *
 * Concurrent look-ups of one host share one question. Failures are not cached.
 */
export class HostResolver {
  readonly #resolver: dns.Resolver;
  readonly #timeoutMs: number;
  readonly #cacheMs: number;
  readonly #cache = new Map<string, CachedAnswer>();
  readonly #running = new Map<string, Promise<readonly string[]>>();

  constructor(options: ResolverOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? 2000;
    this.#cacheMs = Math.min(options.cacheMs ?? 5000, 5000);
    // Two tries; the second waits twice as long as the first.
    this.#resolver = new dns.Resolver({ timeout: Math.max(100, Math.floor(this.#timeoutMs / 3)), tries: 2 });
    if (options.servers !== undefined) this.#resolver.setServers(options.servers);
  }

  /**
   * @param host - a lower-case name, or an address, which is its own answer
   * @returns at least one address, IPv4 first
   * @throws OutboundFault `dns`
   */
  async addressesOf(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    // Never asked for: a DNS server could answer anything for it (RFC 6761).
    if (host === 'localhost') return loopback;
    const cached = this.#cache.get(host);
    if (cached !== undefined && performance.now() < cached.untilMs) return cached.addresses;
    let question = this.#running.get(host);
    if (question === undefined) {
      question = this.#ask(host).finally(() => this.#running.delete(host));
      this.#running.set(host, question);
    }
    return question;
  }

  async #ask(host: string): Promise<readonly string[]> {
    const answers = await withDeadline(
      // Asks for exactly this name: search domains are not applied.
      Promise.allSettled([this.#resolver.resolve4(host), this.#resolver.resolve6(host)]),
      this.#timeoutMs,
    );
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length === 0) throw dnsFault(answers);
    this.#remember(host, addresses);
    return addresses;
  }

  #remember(host: string, addresses: readonly string[]): void {
    this.#cache.delete(host);
    const oldest = this.#cache.keys().next();
    if (this.#cache.size >= maxCachedHosts && oldest.done !== true) this.#cache.delete(oldest.value);
    this.#cache.set(host, { addresses, untilMs: performance.now() + this.#cacheMs });
  }
}

async function withDeadline<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(timedOut()), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function dnsFault(answers: readonly PromiseSettledResult<string[]>[]): OutboundFault {
  const codes = answers.map((answer) =>
    // An answer without an address and without an error counts as NODATA.
    answer.status === 'rejected' ? (answer.reason as NodeJS.ErrnoException).code : dns.NODATA,
  );
  if (codes.includes(dns.TIMEOUT)) return timedOut();
  if (codes.includes(dns.NOTFOUND)) return new OutboundFault('dns', 'The host name does not exist.');
  if (codes.every((code) => code === dns.NODATA)) return new OutboundFault('dns', 'The host name has no address.');
  return new OutboundFault('dns', 'The host name could not be resolved.');
}

function timedOut(): OutboundFault {
  return new OutboundFault('dns', 'The host name could not be resolved in time.');
}
