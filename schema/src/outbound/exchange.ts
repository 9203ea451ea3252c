import { errors, type Dispatcher } from 'undici';
import { bodyText, keepHeaders } from './answer-text.js';
import { OutboundFault, type FaultClass } from './outbound-fault.js';

/** What became of a request. Never an exception: foreign servers fail as a matter of course. */
export type OutboundAnswer = OutboundResponse | OutboundFailure;

export interface OutboundResponse {
  readonly kind: 'answer';
  /** A final status, 200 to 999. */
  readonly status: number;
  /** Allow-listed, lower-case names, each value at most 1 KiB. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first `keepBytes` as clean text; empty when the answer came compressed, since it is never inflated. */
  readonly body: string;
  /** Why the body is not whole: `time` when its rest did not come (in time), `size` when it was too long to keep. */
  readonly truncated: null | 'time' | 'size';
  readonly durationMs: number;
}

export interface OutboundFailure {
  readonly kind: 'fault';
  readonly errorClass: FaultClass;
  /** For the tenant; holds no address. */
  readonly message: string;
  readonly durationMs: number;
  /** Whether any byte of the request may have reached the receiver, which then may have acted on it. */
  readonly requestWritten: boolean;
}

export interface ExchangeLimits {
  /** For everything, from the call to the last byte of the body. */
  readonly timeoutMs: number;
  /** For the final status line and its headers, once the request has been written; `timeoutMs` binds as well. */
  readonly headersTimeoutMs: number;
  readonly maxReadBytes: number;
  readonly keepBytes: number;
}

/** A server may announce, not chatter: more interim answers than this break the exchange off. */
const maxInformational = 16;

/**
 * One request and what comes back, as undici's dispatcher reports it.
 *
 * It settles exactly once: with a response when the status line and headers have come, whatever happens to the body
 * after that; else with a fault. What undici reports after that is ignored; a request that has not been written when
 * its time is up is never written.
 *
 * One timer per exchange covers both deadlines: it is set for the first, and set again only when at that time there is
 * time left (a slow connection, a body still coming), which is rare. (AbortSignal.timeout per request costs half the throughput.)
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #limits: ExchangeLimits;
  readonly #settle: (answer: OutboundAnswer) => void;
  readonly #startedMs = performance.now();
  #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  /** By `performance.now()`; 0 while nothing has been written. */
  #writtenMs = 0;
  #informational = 0;
  #status = 0;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  #chunks: Buffer[] = [];
  #keptBytes = 0;
  #readBytes = 0;

  constructor(limits: ExchangeLimits, settle: (answer: OutboundAnswer) => void) {
    this.#limits = limits;
    this.#settle = settle;
    this.#timer = setTimeout(onDeadline, Math.min(limits.headersTimeoutMs, limits.timeoutMs), this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown here, undici drops the request before its first byte and keeps the connection.
    if (this.#settled) throw new OutboundFault('internal', 'The request was given up before it was sent.');
    this.#controller = controller;
    this.#writtenMs = performance.now();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) {
      this.#informational += 1;
      if (this.#informational > maxInformational) controller.abort(new OutboundFault('reset', invalidAnswer));
      return;
    }
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    this.#readBytes += chunk.byteLength;
    const room = this.#limits.keepBytes - this.#keptBytes;
    if (room > 0) {
      const kept = chunk.byteLength > room ? chunk.subarray(0, room) : chunk;
      this.#chunks.push(kept);
      this.#keptBytes += kept.byteLength;
    }
    if (this.#readBytes > this.#limits.maxReadBytes) {
      this.#respond('size');
      this.#breakOff();
    }
  }

  onResponseEnd(): void {
    this.#respond(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#settled) return;
    if (this.#status !== 0) this.#respond('time');
    else this.#fail(...faultOf(error));
  }

  /** Gives the request up: its connection, if it has one, is destroyed. */
  cancel(): void {
    if (this.#settled) return;
    if (this.#status !== 0) this.#respond('time');
    else this.#fail('internal', 'The request was cancelled.');
    this.#breakOff();
  }

  /** Answers with a fault before anything was tried. */
  refuse(errorClass: FaultClass, message: string): void {
    this.#fail(errorClass, message);
  }

  deadlineReached(): void {
    const now = performance.now();
    const { timeoutMs, headersTimeoutMs } = this.#limits;
    let untilMs = this.#startedMs + timeoutMs;
    if (this.#status === 0) untilMs = Math.min(untilMs, (this.#writtenMs || this.#startedMs) + headersTimeoutMs);
    // A timer may fire a fraction of a millisecond early.
    if (untilMs - now >= 1) {
      this.#timer = setTimeout(onDeadline, untilMs - now, this);
      return;
    }
    if (this.#status !== 0) this.#respond('time');
    else
      this.#fail(
        'timeout',
        this.#writtenMs === 0 ? 'The request could not be sent in time.' : 'No answer came in time.',
      );
    this.#breakOff();
  }

  #respond(truncated: null | 'time' | 'size'): void {
    if (this.#settled) return;
    const isCut = truncated !== null || this.#readBytes > this.#keptBytes;
    const headers = keepHeaders(this.#headers);
    const encoding = headers['content-encoding'];
    this.#end({
      kind: 'answer',
      status: this.#status,
      headers,
      body: encoding === undefined || encoding === 'identity' ? bodyText(this.#chunks, isCut) : '',
      truncated: truncated ?? (isCut ? 'size' : null),
      durationMs: this.#elapsedMs(),
    });
  }

  #fail(errorClass: FaultClass, message: string): void {
    if (this.#settled) return;
    const durationMs = this.#elapsedMs();
    this.#end({ kind: 'fault', errorClass, message, durationMs, requestWritten: this.#writtenMs !== 0 });
  }

  #end(answer: OutboundAnswer): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#chunks = [];
    this.#settle(answer);
  }

  #elapsedMs(): number {
    return Math.round(performance.now() - this.#startedMs);
  }

  #breakOff(): void {
    // The reason goes nowhere: the exchange has settled.
    this.#controller?.abort(new OutboundFault('internal', 'The request was given up.'));
  }
}

function onDeadline(exchange: Exchange): void {
  exchange.deadlineReached();
}

const invalidAnswer = 'The answer is not valid HTTP.';

function faultOf(error: Error): [errorClass: FaultClass, message: string] {
  if (error instanceof OutboundFault) return [error.errorClass, error.message];
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return ['reset', 'The headers of the answer are longer than 16 KiB.'];
  const contradicts = code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
  if (
    contradicts ||
    error instanceof errors.HTTPParserError ||
    error.message === 'bad response' ||
    error.message === 'bad upgrade'
  ) {
    return ['reset', invalidAnswer];
  }
  if (resetCodes.has(code)) return ['reset', 'The connection was closed before an answer came.'];
  if (code.startsWith('ERR_SSL_')) return ['tls', 'The TLS connection broke.'];
  return ['internal', 'The request failed inside Carillon.'];
}

const resetCodes = new Set([
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
