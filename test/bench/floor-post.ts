// Floor: the bare signed POST. One process, undici's dispatch, two HMACs a request, nothing else.
import { createHmac, randomUUID } from 'node:crypto';
import { Agent } from 'undici';

const [origin = '', seconds = '5', concurrency = '64'] = process.argv.slice(2);
const agent = new Agent({ connections: Number(concurrency), pipelining: 1 });
const body = Buffer.from(`{"id":"evt_x","data":{"filler":"${'x'.repeat(900)}"}}`);
const key = 'whs_' + 'k'.repeat(43);
const until = performance.now() + Number(seconds) * 1000;
let done = 0;

function post(): Promise<void> {
  const id = randomUUID();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': 'v1,' + createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64'),
    'X-Enafeedback-Signature': 'sha256=' + createHmac('sha256', key).update(body).digest('hex'),
  };
  return new Promise((resolve, reject) => {
    agent.dispatch(
      { origin, path: '/', method: 'POST', headers, body },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => {
          done += 1;
          resolve();
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      },
    );
  });
}

await Promise.all(
  Array.from({ length: Number(concurrency) }, async () => {
    while (performance.now() < until) await post();
  }),
);
process.send?.({ perSecond: done / Number(seconds) });
process.exit(0);
