import { describe, expect, it } from 'vitest';
import { parseEgressAllow } from './egress-rules.js';
import type { OutboundAnswer } from './exchange.js';
import { OutboundHttpClient } from './http-client.js';
import { HostResolver, type ResolverOptions } from './resolve.js';
import { startDnsServer, type DnsServer, type DnsZone } from './testing/dns-server.js';
import { afterwards } from './testing/harness.js';
import { startRawServer, type RawServer } from './testing/raw-server.js';

async function dnsServer(zone: DnsZone): Promise<DnsServer> {
  const server = await startDnsServer(zone);
  afterwards(() => server.close());
  return server;
}

/** An open server on 127.0.0.2 and a protected one on 127.0.0.3, both on one port. */
async function twoServers(): Promise<{ open: RawServer; guarded: RawServer; port: number }> {
  const ok = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
  const open = await startRawServer((socket) => socket.write(ok), '127.0.0.2');
  afterwards(() => open.close());
  const guarded = await startRawServer((socket) => socket.write(ok), '127.0.0.3', open.port);
  afterwards(() => guarded.close());
  return { open, guarded, port: open.port };
}

/** Only 127.0.0.2 stands for the public internet; everything else is as in production. */
function newClient(port: number, dns: ResolverOptions, connectTimeoutMs = 3000): OutboundHttpClient {
  const allow = parseEgressAllow(`http://127.0.0.2:${port}`);
  if (!allow.ok) throw new Error(allow.errors.join());
  const client = new OutboundHttpClient({ policy: { targets: 'public', allow: allow.value }, dns, connectTimeoutMs });
  afterwards(() => client.close());
  return client;
}

function post(client: OutboundHttpClient, host: string, port: number): Promise<OutboundAnswer> {
  return client.request({ method: 'POST', url: `http://${host}:${port}/`, headers: {}, body: '{}' });
}

describe('the addresses a name leads to', () => {
  it('are connected to when the policy permits them', async () => {
    const { open, port } = await twoServers();
    const dns = await dnsServer(() => ['127.0.0.2']);
    const client = newClient(port, { servers: [dns.address] });
    expect(await post(client, 'hooks.example.com', port)).toMatchObject({ kind: 'answer', status: 200 });
    expect(open.requests).toHaveLength(1);
  });

  it.each([
    ['loopback', ['127.0.0.3']],
    ['loopback and IPv6 loopback', ['127.0.0.1', '::1']],
    ['metadata', ['169.254.169.254']],
    ['mapped loopback', ['::ffff:127.0.0.3']],
    ['mapped metadata', ['::ffff:169.254.169.254']],
    ['RFC 1918', ['10.0.0.1', '192.168.0.1']],
    ['unspecified', ['0.0.0.0', '::']],
    ['NAT64 of loopback', ['64:ff9b::7f00:3']],
  ])('are refused: %s', async (_what, addresses) => {
    const { guarded, open, port } = await twoServers();
    const dns = await dnsServer(() => addresses);
    const answer = await post(newClient(port, { servers: [dns.address] }), 'evil.example.com', port);
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'blocked_address', requestWritten: false });
    expect((answer as { message: string }).message).not.toMatch(/\d|::/);
    expect(guarded.connections + open.connections).toBe(0);
  });

  it('are vetted one by one in a mixed answer: only a permitted one is connected to, also when it fails', async () => {
    const { guarded, open, port } = await twoServers();
    const dns = await dnsServer(() => ['127.0.0.3', '127.0.0.2', '::ffff:127.0.0.3', '10.0.0.1']);
    const client = newClient(port, { servers: [dns.address] });
    expect(await post(client, 'mixed.example.com', port)).toMatchObject({ kind: 'answer', status: 200 });
    await open.close();
    expect(await post(client, 'mixed.example.com', port)).toMatchObject({ kind: 'fault', errorClass: 'connect' });
    expect(guarded.connections).toBe(0);
  });

  it('are vetted again at every connection: rebinding between two requests reaches nothing', async () => {
    const { guarded, open, port } = await twoServers();
    let address = '127.0.0.2';
    const dns = await dnsServer(() => [address]);
    const client = newClient(port, { servers: [dns.address], cacheMs: 0 });
    expect(await post(client, 'rebind.example.com', port)).toMatchObject({ kind: 'answer', status: 200 });
    address = '127.0.0.3';
    const answer = await post(client, 'rebind.example.com', port);
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'blocked_address' });
    expect(guarded.connections).toBe(0);
    expect(open.connections).toBe(1);
  });

  it('never change between vetting and connecting, when every question is answered differently', async () => {
    const { guarded, port } = await twoServers();
    let asked = 0;
    const dns = await dnsServer(() => (asked++ % 2 === 0 ? ['127.0.0.2'] : ['127.0.0.3']));
    const client = newClient(port, { servers: [dns.address], cacheMs: 0 });
    for (let count = 0; count < 20; count++) await post(client, 'flip.example.com', port);
    expect(guarded.connections).toBe(0);
  });
});

describe('look-ups', () => {
  it('that fail are a fault of class dns: no such name, no address, silence within the time to connect', async () => {
    const dns = await dnsServer((name) =>
      name.startsWith('none') ? [] : name.startsWith('no') ? 'NXDOMAIN' : 'silence',
    );
    const client = newClient(1, { servers: [dns.address], timeoutMs: 400 });
    expect(await post(client, 'no.example.com', 1)).toMatchObject({
      errorClass: 'dns',
      message: 'The host name does not exist.',
    });
    expect(await post(client, 'none.example.com', 1)).toMatchObject({
      errorClass: 'dns',
      message: 'The host name has no address.',
    });
    const answer = await post(client, 'silent.example.com', 1);
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'dns', requestWritten: false });
    expect(answer.durationMs).toBeLessThan(1400);
  });

  it('by default leave time to connect within 3 s', async () => {
    const dns = await dnsServer(() => 'silence');
    const answer = await post(newClient(1, { servers: [dns.address] }), 'silent.example.com', 1);
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'dns' });
    expect(answer.durationMs).toBeLessThan(2900);
  });

  it('of localhost and of literals are not made', async () => {
    const dns = await dnsServer(() => ['8.8.8.8']);
    const resolver = new HostResolver({ servers: [dns.address] });
    expect(await resolver.addressesOf('localhost')).toEqual(['127.0.0.1', '::1']);
    expect(await resolver.addressesOf('10.0.0.1')).toEqual(['10.0.0.1']);
    expect(dns.asked).toEqual([]);
  });

  it('of one host at the same time are one question, and its answer is used for a short while', async () => {
    const dns = await dnsServer(() => ['8.8.8.8', '2606:4700::1111']);
    const resolver = new HostResolver({ servers: [dns.address], cacheMs: 200 });
    const answers = await Promise.all(Array.from({ length: 100 }, () => resolver.addressesOf('a.example.com')));
    expect(answers.every((answer) => answer.join() === '8.8.8.8,2606:4700::1111')).toBe(true);
    await resolver.addressesOf('a.example.com');
    expect(dns.asked).toHaveLength(1);
    const startedMs = performance.now();
    while (dns.asked.length < 2 && performance.now() - startedMs < 5000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await resolver.addressesOf('a.example.com');
    }
    expect(dns.asked).toHaveLength(2);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  it('that fail are tried again at once', async () => {
    let exists = false;
    const dns = await dnsServer(() => (exists ? ['8.8.8.8'] : 'NXDOMAIN'));
    const resolver = new HostResolver({ servers: [dns.address] });
    await expect(resolver.addressesOf('new.example.com')).rejects.toMatchObject({ errorClass: 'dns' });
    exists = true;
    expect(await resolver.addressesOf('new.example.com')).toEqual(['8.8.8.8']);
  });
});
