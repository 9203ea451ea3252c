// The receiver. A process of its own, so that it never shares a thread with what is measured. Each endpoint has a path here;
// what begins with a prefix can be told to hang, or to take its time. Questions in start-sink.ts.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from './ask.ts';
import type { Behaviour, SinkQuestion, SinkRecording } from './start-sink.ts';

interface Held {
  readonly path: string;
  readonly response: ServerResponse;
}

let rules: (readonly [prefix: string, behaviour: Behaviour])[] = [];
const held = new Set<Held>();
let recording: SinkRecording = {};
let lastAt = 0;
let counts = new Map<string, number>();
let ages = new Map<string, number[]>();
let firstAt = new Map<string, number>();
let duplicates = 0;

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    const path = request.url ?? '/';
    note(path, request, body);
    const behaviour = behaviourOf(path);
    if (behaviour === 'hang') hold(path, response);
    else if (behaviour === 'answer') respond(response);
    else setTimeout(() => respond(response), behaviour.delayMs);
  });
});

function note(path: string, request: IncomingMessage, body: string): void {
  lastAt = performance.timeOrigin + performance.now();
  counts.set(path, (counts.get(path) ?? 0) + 1);
  if (recording.ages) {
    const publishedAt = /"at":(\d+(?:\.\d+)?)/.exec(body)?.[1];
    const own = ages.get(path);
    if (publishedAt && own) own.push(lastAt - Number(publishedAt));
    else if (publishedAt) ages.set(path, [lastAt - Number(publishedAt)]);
  }
  if (recording.deliveries) {
    const id = String(request.headers['x-enafeedback-delivery']);
    if (firstAt.has(id)) duplicates += 1;
    else firstAt.set(id, lastAt);
  }
}

function behaviourOf(path: string): Behaviour {
  return rules.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'answer';
}

function respond(response: ServerResponse): void {
  if (!response.destroyed) response.writeHead(200, { 'content-length': '2' }).end('ok');
}

/** Keeps a request without an answer, until its sender goes or the rule changes. */
function hold(path: string, response: ServerResponse): void {
  const one = { path, response };
  held.add(one);
  response.on('close', () => held.delete(one));
}

function behave({ prefix, behaviour }: { readonly prefix: string; readonly behaviour: Behaviour }): void {
  rules = [[prefix, behaviour], ...rules.filter(([other]) => other !== prefix)];
  for (const { path, response } of held) if (behaviourOf(path) !== 'hang') respond(response);
}

function reset(next: SinkRecording): void {
  recording = next;
  counts = new Map();
  ages = new Map();
  firstAt = new Map();
  duplicates = 0;
}

function countOf(prefix: string): number {
  let sum = 0;
  for (const [path, count] of counts) if (path.startsWith(prefix)) sum += count;
  return sum;
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  answerParent((question: SinkQuestion) => {
    switch (question.ask) {
      case 'port':
        return (server.address() as AddressInfo).port;
      case 'behave':
        behave(question);
        return;
      case 'reset':
        reset(question.recording);
        return;
      case 'count':
        return { received: countOf(question.prefix), lastAt };
      case 'ages':
        return [...ages].filter(([path]) => path.startsWith(question.prefix));
      case 'deliveries':
        return { firstAt: [...firstAt], duplicates };
    }
  });
});
