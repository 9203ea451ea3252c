import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import { OutboundFault } from './outbound-fault.js';
import type { HostResolver } from './resolve.js';
import { permitsAddress, type TargetPolicy } from './target-policy.js';
import type { Destination } from './egress-rules.js';

export interface ConnectorOptions {
  readonly policy: TargetPolicy;
  readonly resolver: HostResolver;
  /** For look-up, TCP and TLS together. */
  readonly timeoutMs: number;
  /** Certificates trusted in place of the system's, PEM. */
  readonly tlsCa?: string | undefined;
}

type Done = (fault: OutboundFault | null, socket: Socket | null) => void;

const maxSessions = 500;

/**
 * How undici opens its connections: resolve, vet every address, connect to exactly those that passed, then TLS. The
 * socket is bound to a vetted address for its life, so no later DNS answer changes where it leads.
 */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const sessions = new Map<string, Buffer>();

  return (request, callback) => {
    const to = destinationOf(request);
    let socket: Socket | undefined;
    let settled = false;
    const done: Done = (fault, connected) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (fault === null && connected !== null) return callback(null, connected);
      socket?.destroy();
      callback(fault ?? new OutboundFault('internal', 'No connection could be made.'), null);
    };
    const timer = setTimeout(() => {
      done(new OutboundFault('timeout', 'No connection came about in time.'), null);
    }, options.timeoutMs);

    vettedAddresses(options, to).then(
      (addresses) => {
        if (settled) return;
        socket = openTcp(to, addresses, done, (tcp) => {
          if (to.scheme === 'http') return done(null, tcp);
          socket = openTls(to, tcp, options.tlsCa, sessions, done);
        });
      },
      (error: unknown) => done(asFault(error), null),
    );
  };
}

function destinationOf({ protocol, hostname, port }: buildConnector.Options): Destination {
  const scheme = protocol === 'https:' ? 'https' : 'http';
  return { scheme, host: hostname, port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port) };
}

async function vettedAddresses({ policy, resolver }: ConnectorOptions, to: Destination): Promise<string[]> {
  const addresses = await resolver.addressesOf(to.host);
  const vetted = addresses.filter((address) => permitsAddress(policy, to, address));
  if (vetted.length === 0) throw new OutboundFault('blocked_address', 'The host leads to an address that is not open.');
  return vetted;
}

function openTcp(to: Destination, addresses: readonly string[], done: Done, connected: (tcp: Socket) => void): Socket {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  // For a literal, node never asks; it then connects to the literal itself, which is the address that was vetted.
  const lookup: LookupFunction = (_host, lookupOptions, answer) => {
    if (lookupOptions.all === true) return answer(null, found);
    const [first] = found;
    if (first === undefined) return answer(new Error('no address'), '');
    answer(null, first.address, first.family);
  };
  const tcp = connectTcp({
    host: to.host,
    port: to.port,
    lookup,
    // One address after the other, without waiting for a silent one: RFC 8305.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 300,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  });
  const failed = (error: Error): void => done(connectFault(error), null);
  // One listener stays for good: an error that nobody listens to would end the process.
  tcp.on('error', ignore);
  tcp.once('error', failed);
  tcp.once('connect', () => {
    tcp.off('error', failed);
    connected(tcp);
  });
  return tcp;
}

function openTls(
  to: Destination,
  tcp: Socket,
  ca: string | undefined,
  sessions: Map<string, Buffer>,
  done: Done,
): TLSSocket {
  const key = `${to.host}:${to.port}`;
  const session = sessions.get(key);
  const tlsOptions: ConnectionOptions = {
    socket: tcp,
    host: to.host,
    // Server names are for names only (RFC 6066); the certificate of a literal is held against `host`.
    servername: isIP(to.host) === 0 ? to.host : '',
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
  };
  if (ca !== undefined) tlsOptions.ca = ca;
  if (session !== undefined) tlsOptions.session = session;
  const tls = connectTls(tlsOptions);
  const failed = (error: Error): void => {
    sessions.delete(key);
    done(tlsFault(error), null);
  };
  tls.on('error', ignore);
  tls.once('error', failed);
  tls.once('secureConnect', () => {
    tls.off('error', failed);
    done(null, tls);
  });
  tls.on('session', (fresh) => {
    const oldest = sessions.keys().next();
    if (!sessions.has(key) && sessions.size >= maxSessions && oldest.done !== true) sessions.delete(oldest.value);
    sessions.set(key, fresh);
  });
  return tls;
}

function connectFault(error: Error): OutboundFault {
  const codes = (error instanceof AggregateError ? (error.errors as Error[]) : [error]).map(codeOf);
  if (codes.includes('ECONNREFUSED')) {
    return new OutboundFault('connect', 'The connection was refused.', { cause: error });
  }
  if (codes.includes('ETIMEDOUT')) {
    return new OutboundFault('timeout', 'No connection came about in time.', { cause: error });
  }
  return new OutboundFault('connect', 'The host could not be reached.', { cause: error });
}

const certificateFaults: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it has been revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in a self-signed certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its chain is incomplete or its authority unknown',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its chain is incomplete or its authority unknown',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host name',
};

function tlsFault(error: Error): OutboundFault {
  const reason = certificateFaults[codeOf(error)];
  const message =
    reason === undefined ? 'The TLS handshake failed.' : `The certificate of the host is not accepted: ${reason}.`;
  return new OutboundFault('tls', message, { cause: error });
}

function asFault(error: unknown): OutboundFault {
  if (error instanceof OutboundFault) return error;
  return new OutboundFault('internal', 'The connection failed inside Carillon.', { cause: error });
}

function ignore(): void {}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
