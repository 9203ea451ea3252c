import { connect } from 'node:net';

interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** Whatever an answer may hold; which of it there is, is what tests are about. */
export interface RestBody {
  readonly id: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly events: readonly string[];
  readonly secret: string | null;
  readonly created_at: string;
  readonly event: string;
  readonly status: string;
  readonly test: boolean;
  readonly deliveries: number;
  readonly data: readonly [RestBody, ...RestBody[]];
  readonly meta: { readonly total: number };
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  readonly attempts: readonly object[];
  readonly code: string;
  readonly message: string;
  readonly errors: readonly [FieldProblem, ...FieldProblem[]];
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; null when there was none. */
  readonly json: RestBody;
}

export interface RestRequest {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the API as one caller; without a token as nobody. */
export class RestClient {
  constructor(
    private readonly url: string,
    private readonly token: string | null,
  ) {}

  get = (path: string, request: RestRequest = {}) => this.call('GET', path, request);
  post = (path: string, body?: unknown, headers?: Record<string, string>) =>
    this.call('POST', path, { body, ...(headers && { headers }) });
  patch = (path: string, body?: unknown) => this.call('PATCH', path, { body });
  delete = (path: string) => this.call('DELETE', path);

  async call(method: string, path: string, request: RestRequest = {}): Promise<RestAnswer> {
    const { body, raw, headers = {} } = request;
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      headers: {
        ...(this.token !== null && { authorization: `Bearer ${this.token}` }),
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload !== undefined && { body: payload }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: JSON.parse(text || 'null') as RestBody,
    };
  }
}

/** Sends bytes to a port and returns all that comes back until the server closes. */
export function sendBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
