// The client of the ingest figures, a process of its own: 64 connections in a closed loop, events of about 250 bytes.
import { Agent } from 'undici';

const [origin = '', token = '', kind = '', seconds = '6'] = process.argv.slice(2);
const data = { order: 'A-1001', filler: 'x'.repeat(200) };
const event = { event: 'custom.bench', data };
const requests = {
  rest: { path: '/api/events', events: 1, connections: 64, body: event },
  batch: {
    path: '/api/events/batch',
    events: 100,
    connections: 8,
    body: { events: Array.from({ length: 100 }, () => event) },
  },
  graphql: {
    path: '/graphql',
    events: 1,
    connections: 64,
    body: {
      query:
        'mutation ($input: EventPublishInput!) { eventPublish(input: $input) { event { id } errors { message } } }',
      variables: { input: event },
    },
  },
};
const { path, events, connections, body } = requests[kind as keyof typeof requests];
const agent = new Agent({ connections, pipelining: 1 });
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const text = JSON.stringify(body);
const until = performance.now() + Number(seconds) * 1000;
const tookMs: number[] = [];

await Promise.all(
  Array.from({ length: connections }, async () => {
    while (performance.now() < until) {
      const startedAt = performance.now();
      const answer = await agent.request({ origin, path, method: 'POST', headers, body: text });
      const said = await answer.body.text();
      if (answer.statusCode > 299 || said.includes('"message"')) throw new Error(said.slice(0, 500));
      tookMs.push(performance.now() - startedAt);
    }
  }),
);
tookMs.sort((a, b) => a - b);
const at = (share: number): number => Number((tookMs[Math.floor(tookMs.length * share)] ?? 0).toFixed(1));
process.send?.({ perSecond: Math.round((tookMs.length * events) / Number(seconds)), p50: at(0.5), p99: at(0.99) });
process.exit(0);
