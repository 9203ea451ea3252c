import { BlockList, isIP } from 'node:net';

/** One entry of `CARILLON_EGRESS_ALLOW`: a target that the operator opens although the policy would refuse it. */
export interface EgressRule {
  /** As the operator wrote it. */
  readonly text: string;
  /** `http` when written `http://…`: plain HTTP is opened too; else only HTTPS. */
  readonly scheme: 'http' | 'https';
  /** null: every port. */
  readonly port: number | null;
  readonly match: EgressMatch;
}

export type EgressMatch =
  /** This name, or with a wildcard every name below it, whatever it resolves to. */
  | { readonly kind: 'host'; readonly name: string; readonly wildcard: boolean }
  /** These addresses, as literals and as what a name resolves to. */
  | { readonly kind: 'network'; readonly addresses: BlockList }
  /** The port alone, on public addresses. */
  | { readonly kind: 'port' };

/** Where a connection would go. */
export interface Destination {
  readonly scheme: 'http' | 'https';
  /** Lower-case name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

export type EgressAllow =
  | { readonly ok: true; readonly value: readonly EgressRule[] }
  /** Every entry that is not understood, so that an operator corrects them in one go. */
  | { readonly ok: false; readonly errors: readonly string[] };

const labelPattern = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Reads `CARILLON_EGRESS_ALLOW`: entries divided by commas or white space. Each is a host (`erp.corp.internal`), every
 * name below one (`*.corp.internal`), an address (`10.1.2.3`, `[fd00::1]`), a block (`10.0.0.0/8`) or a bare port
 * (`:8443`, on public addresses); hosts, addresses and blocks take an optional `:port` (IPv6 then in brackets, without
 * it: every port) and an optional `http://` in front, which opens plain HTTP for them too.
 */
export function parseEgressAllow(text: string): EgressAllow {
  const rules: EgressRule[] = [];
  const errors: string[] = [];
  for (const entry of text.split(/[\s,]+/)) {
    if (entry === '') continue;
    const rule = parseRule(entry);
    if (typeof rule === 'string') errors.push(`CARILLON_EGRESS_ALLOW: "${entry}" ${rule}`);
    else rules.push(rule);
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, value: rules };
}

function parseRule(entry: string): EgressRule | string {
  const [, schemeText, rest = ''] = /^(https?:\/\/)?(.*)$/i.exec(entry) ?? [];
  const scheme = schemeText?.toLowerCase() === 'http://' ? 'http' : 'https';
  const bare = /^:(\d+)$/.exec(rest);
  if (bare !== null) {
    if (schemeText !== undefined) return 'opens a port everywhere; that is possible for HTTPS only, written ":8443".';
    const port = parsePort(bare[1] ?? '');
    return port === null ? wrongPort : { text: entry, scheme, port, match: { kind: 'port' } };
  }
  const parts = splitPort(rest);
  if (parts === null) return wrongPort;
  const match = parseMatch(parts.host.toLowerCase());
  return typeof match === 'string' ? match : { text: entry, scheme, port: parts.port, match };
}

const wrongPort = 'has a port that is not a number from 1 to 65535.';

function splitPort(text: string): { host: string; port: number | null } | null {
  // A bare IPv6 address or block has colons of its own and no port.
  const inner = /^\[([^\]]*)\](\/\d+)?(?::(.*))?$/.exec(text);
  if (inner !== null) return withPort((inner[1] ?? '') + (inner[2] ?? ''), inner[3]);
  if (text.split(':').length > 2) return { host: text, port: null };
  const [host = '', port] = text.split(':');
  return withPort(host, port);
}

function withPort(host: string, portText: string | undefined): { host: string; port: number | null } | null {
  if (portText === undefined) return { host, port: null };
  const port = parsePort(portText);
  return port === null ? null : { host, port };
}

function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : null;
}

function parseMatch(host: string): EgressMatch | string {
  const [address = '', prefixText, ...more] = host.split('/');
  const version = isIP(address);
  if (version !== 0 && !address.includes('%')) {
    const family = version === 4 ? 'ipv4' : 'ipv6';
    const bits = version === 4 ? 32 : 128;
    const prefix = prefixText === undefined ? bits : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
    if (more.length > 0 || prefix < 0 || prefix > bits)
      return `has a prefix length that is not a number from 0 to ${bits}.`;
    const addresses = new BlockList();
    addresses.addSubnet(address, prefix, family);
    return { kind: 'network', addresses };
  }
  const wildcard = host.startsWith('*.');
  const name = wildcard ? host.slice(2) : host;
  // A name of digits and dots is a mistyped address; URLs never keep such a host as a name.
  if (!isHostName(name) || /(^|\.)\d+$/.test(name)) {
    return 'is not a host, "*.host", an address, a block like 10.0.0.0/8 or a port like :8443.';
  }
  return { kind: 'host', name, wildcard };
}

/** Whether `name` (lower case) is a DNS name: labels of 1 to 63 letters, digits, "-" and "_", together at most 253. */
export function isHostName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => labelPattern.test(label));
}

/** Whether a rule names this host, with this port and scheme: then it may be reached on whatever it resolves to. */
export function allowsHost(rules: readonly EgressRule[], to: Destination): boolean {
  return rules.some((rule) => {
    const { match } = rule;
    if (match.kind !== 'host' || !opens(rule, to)) return false;
    return match.wildcard ? to.host.endsWith(`.${match.name}`) : to.host === match.name;
  });
}

/** Whether a rule opens this address for this port and scheme. */
export function allowsAddress(rules: readonly EgressRule[], to: Destination, address: string): boolean {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return false;
  return rules.some((rule) => {
    const { match } = rule;
    if (match.kind !== 'network' || !opens(rule, to)) return false;
    return match.addresses.check(address, version === 4 ? 'ipv4' : 'ipv6');
  });
}

/** Whether some address might be opened for this port and scheme: a name can be saved before it is resolved. */
export function mayAllowAddress(rules: readonly EgressRule[], to: Destination): boolean {
  return rules.some((rule) => rule.match.kind === 'network' && opens(rule, to));
}

/** Whether a bare port rule opens this port for HTTPS to public addresses. */
export function allowsPort(rules: readonly EgressRule[], port: number): boolean {
  return rules.some((rule) => rule.match.kind === 'port' && rule.port === port);
}

function opens(rule: EgressRule, to: Destination): boolean {
  return (rule.port === null || rule.port === to.port) && (to.scheme === 'https' || rule.scheme === 'http');
}
