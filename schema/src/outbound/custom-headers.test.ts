import { describe, expect, it } from 'vitest';
import { checkCustomHeaders } from './custom-headers.js';

describe('custom headers', () => {
  it('may carry credentials and plain text', () => {
    expect(checkCustomHeaders({ Authorization: 'Bearer abc.def', 'X-Tenant': 'a\tb c', Accept: '*/*' })).toEqual([]);
    expect(checkCustomHeaders({})).toEqual([]);
  });

  it.each(
    (
      'Host content-length Content-Type TRANSFER-ENCODING connection user-agent webhook-id Webhook-Anything ' +
      'x-enafeedback-signature X-Enafeedback-Else cookie expect upgrade te trailer keep-alive proxy-authorization ' +
      'accept-encoding x-forwarded-for sec-fetch-site forwarded via content-encoding'
    ).split(' '),
  )('may not be %s', (name) => expect(checkCustomHeaders({ [name]: 'x' })).toHaveLength(1));

  it.each(['a\r\nb', 'a\nb', 'a\rb', 'a\0b', 'ü', '\u2028', '\x7f'])(
    'refuse the value %j, without repeating it',
    (value) => {
      const [error] = checkCustomHeaders({ 'X-Key': value });
      expect(error).toContain('"X-Key"');
      expect(error).not.toContain(value);
    },
  );

  it.each(['', 'a b', 'a:b', 'ä', 'a\r\nb', 'x'.repeat(101)])('refuse the name %j', (name) =>
    expect(checkCustomHeaders({ [name]: 'x' })).toHaveLength(1),
  );

  it('refuse one name in two spellings, more than 20 headers and more than 4 KiB', () => {
    expect(checkCustomHeaders({ 'X-A': '1', 'x-a': '2' })).toHaveLength(1);
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`x-${index}`, '']));
    expect(checkCustomHeaders(many)).toHaveLength(1);
    expect(checkCustomHeaders({ 'x-a': 'x'.repeat(4093) })).toEqual([]);
    expect(checkCustomHeaders({ 'x-a': 'x'.repeat(4094) })).toHaveLength(1);
  });
});
