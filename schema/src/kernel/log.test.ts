import { expect, test } from 'vitest';
import { createLogger } from './log.js';

test('an error is logged with its name, message, code and cause, and with nothing that hangs on it', () => {
  const lines: string[] = [];
  const log = createLogger('test', 'info', { write: (line) => lines.push(line) });
  const error = Object.assign(new Error('broken', { cause: new Error('below') }), {
    code: '57P01',
    client: { connectionParameters: { password: 'canary' } },
  });
  log.info({ err: error }, 'failed');
  const line = lines.join('');
  expect(line).not.toContain('canary');
  expect(JSON.parse(line)).toMatchObject({
    err: { name: 'Error', message: 'broken', code: '57P01', cause: { message: 'below' } },
  });
});
