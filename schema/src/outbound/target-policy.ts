import { isIP } from 'node:net';
import { isLocalAddress, isPublicAddress } from './address-policy.js';
import {
  allowsAddress,
  allowsHost,
  allowsPort,
  isHostName,
  mayAllowAddress,
  type Destination,
  type EgressRule,
} from './egress-rules.js';

/** Where requests may go: `DELIVERY_TARGETS` and `CARILLON_EGRESS_ALLOW`. */
export interface TargetPolicy {
  /**
   * `public`: HTTPS to public addresses on port 443. `local`: also loopback, `localhost` and RFC 1918, those on any port
   * and over plain HTTP too. `any`: everything, for tests.
   */
  readonly targets: 'public' | 'local' | 'any';
  /** Single targets that are open besides. */
  readonly allow: readonly EgressRule[];
}

/** A URL that may be kept and sent to, for as long as the policy stays. */
export interface Target extends Destination {
  /** The canonical spelling: what is stored, shown and sent. */
  readonly href: string;
  readonly origin: string;
  /** Path and query, as they go into the request line. */
  readonly path: string;
}

export type TargetResult =
  | { readonly ok: true; readonly value: Target }
  /** For the user: what is wrong and what to do. */
  | { readonly ok: false; readonly message: string };

const maxUrlLength = 2048;

/** Last labels that never belong to the public internet, or never to one receiver. */
const specialLastLabels = new Set(
  'localhost localdomain local internal intranet private lan home corp test invalid example onion arpa alt svc cluster'.split(
    ' ',
  ),
);

/**
 * Reads the URL of a webhook endpoint, hook or gateway and holds it against the policy: syntax, scheme, names, port and
 * address literals. Pure: names are not resolved here; `permitsAddress` judges what they resolve to, at every connection.
 */
export function parseTarget(input: string, policy: TargetPolicy): TargetResult {
  if (input.length > maxUrlLength) return refuse(`The URL may have at most ${maxUrlLength} characters.`);
  const url = URL.parse(input);
  if (url === null) return refuse('This is not an absolute URL. Write it in full, like https://example.com/webhooks.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('Webhook endpoints must use HTTPS.');
  if (url.href.length > maxUrlLength) return refuse(`The URL may have at most ${maxUrlLength} characters.`);
  if (url.username !== '' || url.password !== '') {
    return refuse('The URL must not contain a user name or password. Send credentials in a custom header instead.');
  }
  if (url.href.includes('#')) return refuse('The URL must not contain a fragment. Remove the "#" and what follows.');

  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const target: Target = {
    href: url.href,
    origin: url.origin,
    path: url.pathname + url.search,
    scheme,
    host: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port),
  };
  const message = isIP(target.host) === 0 ? checkName(target, policy) : checkLiteral(target, policy);
  return message === null ? { ok: true, value: target } : refuse(message);
}

/**
 * Whether a connection to `address` is open for this target. Asked for every address that a name resolves to, at every
 * connection; only those that pass are connected to.
 */
export function permitsAddress(policy: TargetPolicy, to: Destination, address: string): boolean {
  if (isIP(address) === 0) return false;
  if (policy.targets === 'any') return true;
  if (allowsHost(policy.allow, to) || allowsAddress(policy.allow, to, address)) return true;
  if (policy.targets === 'local' && isLocalAddress(address)) {
    return isLocalHost(to.host) || isPublicWay(to, policy);
  }
  return isPublicAddress(address) && isPublicWay(to, policy);
}

function checkLiteral(target: Target, policy: TargetPolicy): string | null {
  if (permitsAddress(policy, target, target.host)) return null;
  return checkWay(target, policy) ?? 'The URL points to an address that is not public. Use an address on the internet.';
}

function checkName(target: Target, policy: TargetPolicy): string | null {
  if (target.host.endsWith('.')) return 'The host of the URL must not end with a dot.';
  if (!isHostName(target.host)) return 'The host of the URL is not a valid name. Check it for mistyped characters.';
  if (policy.targets === 'any' || allowsHost(policy.allow, target)) return null;
  if (policy.targets === 'local' && isLocalHost(target.host)) return null;

  const labels = target.host.split('.');
  // What a block rule may open is decided by the address, once the name is resolved.
  const wayMessage = mayAllowAddress(policy.allow, target) ? null : checkWay(target, policy);
  if (wayMessage !== null) return wayMessage;
  if (labels.length === 1) {
    return `"${target.host}" is a name of a private network. Use a full host name, like hooks.example.com.`;
  }
  if (specialLastLabels.has(labels.at(-1) ?? '')) {
    return `Hosts below ".${labels.at(-1)}" are not on the internet. Use a public host name, like hooks.example.com.`;
  }
  return null;
}

/** HTTPS and its port: what every target needs that the operator has not opened. */
function checkWay(target: Target, policy: TargetPolicy): string | null {
  if (target.scheme !== 'https') {
    return policy.targets === 'local'
      ? 'Webhook endpoints must use HTTPS. Plain HTTP is open here only to localhost and private addresses.'
      : 'Webhook endpoints must use HTTPS. Write https:// in place of http://.';
  }
  if (!isPublicWay(target, policy)) {
    return `Port ${target.port} is not open. Use 443, the port of HTTPS; the operator can open others.`;
  }
  return null;
}

function isPublicWay(to: Destination, policy: TargetPolicy): boolean {
  return to.scheme === 'https' && (to.port === 443 || allowsPort(policy.allow, to.port));
}

/** `localhost`, or a literal of loopback or RFC 1918. */
function isLocalHost(host: string): boolean {
  return host === 'localhost' || isLocalAddress(host);
}

function refuse(message: string): TargetResult {
  return { ok: false, message };
}
