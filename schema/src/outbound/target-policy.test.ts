import { describe, expect, it } from 'vitest';
import { parseEgressAllow, type EgressRule } from './egress-rules.js';
import { parseTarget, permitsAddress, type Target, type TargetPolicy } from './target-policy.js';

function rules(text: string): readonly EgressRule[] {
  const allow = parseEgressAllow(text);
  if (!allow.ok) throw new Error(allow.errors.join('\n'));
  return allow.value;
}

function policy(targets: TargetPolicy['targets'], allow = ''): TargetPolicy {
  return { targets, allow: rules(allow) };
}

function accepted(url: string, by: TargetPolicy): Target {
  const result = parseTarget(url, by);
  if (!result.ok) throw new Error(`${url}: ${result.message}`);
  return result.value;
}

function refusal(url: string, by: TargetPolicy): string {
  const result = parseTarget(url, by);
  if (result.ok) throw new Error(`${url} was accepted as ${result.value.href}`);
  return result.message;
}

describe('public targets', () => {
  const open = policy('public');

  it.each([
    ['https://hooks.example.com/a?b=c', 'https://hooks.example.com/a?b=c'],
    ['  https://EXAMPLE.com:443 ', 'https://example.com/'],
    ['https:\\\\example.com\\x', 'https://example.com/x'],
    ['https://bücher.example.com/ü', 'https://xn--bcher-kva.example.com/%C3%BC'],
    ['https://ｅxample.com/', 'https://example.com/'],
    ['https://_dmarc.example.com/', 'https://_dmarc.example.com/'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
    ['https://localhost.example.com/', 'https://localhost.example.com/'],
  ])('takes %s as %s', (url, href) => expect(accepted(url, open).href).toBe(href));

  it.each([
    ['', 'not an absolute URL'],
    ['/webhooks', 'not an absolute URL'],
    ['example.com/hook', 'not an absolute URL'],
    ['https://', 'not an absolute URL'],
    ['https://exa mple.com/', 'not an absolute URL'],
    ['https://256.1.1.1/', 'not an absolute URL'],
    ['http://example.com/', 'must use HTTPS'],
    ['http://8.8.8.8/', 'must use HTTPS'],
    ['ftp://example.com/', 'must use HTTPS'],
    ['javascript:alert(1)', 'must use HTTPS'],
    ['file:///etc/passwd', 'must use HTTPS'],
    ['https://user@example.com/', 'user name or password'],
    ['https://user:pass@example.com/', 'user name or password'],
    ['https://:pass@example.com/', 'user name or password'],
    ['https://example.com/#x', 'fragment'],
    ['https://example.com/#', 'fragment'],
    ['https://example.com:8443/', 'Port 8443'],
    ['https://example.com:80/', 'Port 80'],
    ['https://8.8.8.8:22/', 'Port 22'],
    [`https://example.com/${'a'.repeat(2048)}`, '2048 characters'],
    [`https://example.com/${'ü'.repeat(1000)}`, '2048 characters'],
    ['https://intranet/', 'private network'],
    ['https://localhost/', 'private network'],
    ['https://LOCALHOST/', 'private network'],
    ['https://ｌocalhost/', 'private network'],
    ['https://example.com./', 'dot'],
    ['https://localhost./', 'dot'],
    [`https://${'a'.repeat(64)}.com/`, 'not a valid name'],
    [
      `https://${'a'.repeat(60)}.${'a'.repeat(60)}.${'a'.repeat(60)}.${'a'.repeat(60)}.${'a'.repeat(60)}.com/`,
      'not a valid name',
    ],
    ['https://-a.example.com/', 'not a valid name'],
    ['https://a*b.example.com/', 'not a valid name'],
    ['https://a..example.com/', 'not a valid name'],
    ['https://127.0.0.1/', 'not public'],
    ['https://127.1/', 'not public'],
    ['https://2130706433/', 'not public'],
    ['https://0x7f.0.0.1/', 'not public'],
    ['https://0177.0.0.1/', 'not public'],
    ['https://①②⑦.0.0.1/', 'not public'],
    ['https://%31%32%37.0.0.1/', 'not public'],
    ['https://127.0.0.1./', 'not public'],
    ['https://0/', 'not public'],
    ['https://169.254.169.254/latest/meta-data', 'not public'],
    ['https://168.63.129.16/', 'not public'],
    ['https://[::1]/', 'not public'],
    ['https://[::ffff:127.0.0.1]/', 'not public'],
    ['https://[::ffff:8.8.8.8]/', 'not public'],
    ['https://[64:ff9b::7f00:1]/', 'not public'],
    ['https://[fd00:ec2::254]/', 'not public'],
    ['https://10.0.0.1/', 'not public'],
  ])('refuses %s: %s', (url, message) => expect(refusal(url, open)).toContain(message));

  it.each(
    'localhost local internal test invalid lan home corp private example onion arpa alt svc cluster intranet'.split(
      ' ',
    ),
  )('refuses hosts below .%s', (label) => {
    expect(refusal(`https://hooks.${label}/`, open)).toContain(`".${label}"`);
    expect(refusal(`https://a.hooks.${label.toUpperCase()}/`, open)).toContain(`".${label}"`);
  });

  it('judges what a name resolves to', () => {
    const target = accepted('https://hooks.example.com/', open);
    expect(permitsAddress(open, target, '8.8.8.8')).toBe(true);
    for (const address of ['127.0.0.1', '10.0.0.1', '::1', '::ffff:169.254.169.254', 'localhost', '']) {
      expect(permitsAddress(open, target, address), address).toBe(false);
    }
  });
});

describe('local targets', () => {
  const open = policy('local');

  it.each([
    'http://localhost:3000/hook',
    'https://localhost/hook',
    'http://127.0.0.1:8080/',
    'http://127.1:8080/',
    'http://[::1]:8080/',
    'http://10.1.2.3/',
    'http://172.20.0.5:9000/',
    'https://192.168.1.10:8443/',
    'https://hooks.example.com/',
  ])('takes %s', (url) => expect(parseTarget(url, open).ok).toBe(true));

  it.each([
    ['http://example.com/', 'must use HTTPS'],
    ['http://8.8.8.8/', 'must use HTTPS'],
    ['http://localhost.example.com/', 'must use HTTPS'],
    ['https://example.com:8443/', 'Port 8443'],
    ['https://receiver.local/', '".local"'],
    ['https://receiver/', 'private network'],
    ['http://169.254.169.254/', 'must use HTTPS'],
    ['https://169.254.169.254/', 'not public'],
    ['https://[fd00::1]/', 'not public'],
    ['https://[::ffff:127.0.0.1]/', 'not public'],
    ['https://100.64.0.1/', 'not public'],
  ])('refuses %s: %s', (url, message) => expect(refusal(url, open)).toContain(message));

  it('lets names lead to loopback and RFC 1918 over HTTPS, never to metadata services', () => {
    const target = accepted('https://erp.example.com/', open);
    expect(permitsAddress(open, target, '10.0.0.1')).toBe(true);
    expect(permitsAddress(open, target, '::1')).toBe(true);
    expect(permitsAddress(open, target, '169.254.169.254')).toBe(false);
    expect(permitsAddress(open, target, 'fd00::1')).toBe(false);
    expect(permitsAddress(open, { ...target, scheme: 'http', port: 80 }, '10.0.0.1')).toBe(false);
  });
});

describe('any target', () => {
  const open = policy('any');

  it.each(['http://example.com:8080/', 'https://receiver:1/', 'http://[::ffff:127.0.0.1]/', 'http://x.test/'])(
    'takes %s',
    (url) => expect(permitsAddress(open, accepted(url, open), '169.254.169.254')).toBe(true),
  );

  it.each(['ftp://x.test/', 'http://a:b@x.test/', 'http://x.test/#a', 'nonsense'])('still refuses %s', (url) =>
    expect(parseTarget(url, open).ok).toBe(false),
  );
});

describe('CARILLON_EGRESS_ALLOW', () => {
  it('opens a name whatever it resolves to, on its port only, and plain HTTP only when written so', () => {
    const open = policy('public', 'erp.corp:8443, http://Legacy.lan:8080');
    const target = accepted('https://erp.corp:8443/', open);
    expect(permitsAddress(open, target, '10.0.0.1')).toBe(true);
    expect(refusal('https://erp.corp/', open)).toContain('".corp"');
    expect(refusal('http://erp.corp:8443/', open)).toContain('must use HTTPS');
    expect(accepted('http://legacy.lan:8080/', open).origin).toBe('http://legacy.lan:8080');
    expect(refusal('https://crm.corp:8443/', open)).toContain('Port 8443');
  });

  it('opens names below a wildcard, and not the name itself or look-alikes', () => {
    const open = policy('public', '*.svc.cluster');
    expect(parseTarget('https://erp.svc.cluster:9/', open).ok).toBe(true);
    expect(parseTarget('https://a.b.svc.cluster/', open).ok).toBe(true);
    expect(parseTarget('https://svc.cluster/', open).ok).toBe(false);
    expect(parseTarget('https://evilsvc.cluster/', open).ok).toBe(false);
  });

  it('opens a block for literals and for names that lead into it, and nothing else', () => {
    const open = policy('public', '10.20.0.0/16 [fd00:1::]/32:8443');
    expect(parseTarget('https://10.20.1.1:5000/', open).ok).toBe(true);
    expect(refusal('https://10.21.1.1:5000/', open)).toContain('Port 5000');
    expect(refusal('https://10.21.1.1/', open)).toContain('not public');
    expect(parseTarget('https://[fd00:1::7]:8443/', open).ok).toBe(true);
    expect(parseTarget('https://[fd00:1::7]/', open).ok).toBe(false);
    const target = accepted('https://erp.example.com:5000/', open);
    expect(permitsAddress(open, target, '10.20.9.9')).toBe(true);
    expect(permitsAddress(open, target, '10.21.9.9')).toBe(false);
    expect(permitsAddress(open, target, '8.8.8.8'), 'a public address on a port that is not open').toBe(false);
  });

  it('opens a port on public addresses only', () => {
    const open = policy('public', ':8443');
    expect(parseTarget('https://example.com:8443/', open).ok).toBe(true);
    expect(permitsAddress(open, accepted('https://example.com:8443/', open), '10.0.0.1')).toBe(false);
    expect(parseTarget('https://10.0.0.1:8443/', open).ok).toBe(false);
    expect(parseTarget('http://example.com:8443/', open).ok).toBe(false);
  });

  it('reports every entry that is not understood', () => {
    const allow = parseEgressAllow(
      'ok.example.com, 10.0.0.0/33 host:99999, 10.0.0, *, a_b!c, :0 http://:80 fe80::1%eth0 10.0.0.1/8/9',
    );
    expect(allow.ok).toBe(false);
    if (!allow.ok) {
      expect(allow.errors.map((error) => error.split('"')[1])).toEqual([
        '10.0.0.0/33',
        'host:99999',
        '10.0.0',
        '*',
        'a_b!c',
        ':0',
        'http://:80',
        'fe80::1%eth0',
        '10.0.0.1/8/9',
      ]);
    }
  });

  it('takes an empty text as no rules', () => expect(parseEgressAllow(' , ')).toEqual({ ok: true, value: [] }));
});
