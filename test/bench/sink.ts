// The receiver: answers 200 to everything, counts, and measures how old each event is when it arrives.
// A process of its own, so that it never shares a thread with what is measured. Speaks to its parent by IPC.
import { createServer } from 'node:http';

let received = 0;
let lastAt = 0;
let ages: number[] = [];

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    received += 1;
    lastAt = performance.timeOrigin + performance.now();
    const published = /"at":(\d+(?:\.\d+)?)/.exec(body);
    if (published?.[1]) ages.push(lastAt - Number(published[1]));
    response.writeHead(200, { 'content-length': '2' }).end('ok');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('message', (message: { read?: number } | 'reset') => {
  if (message !== 'reset') process.send?.({ id: message.read, received, lastAt, ages });
  if (message === 'reset') {
    received = 0;
    ages = [];
  }
});
process.on('disconnect', () => process.exit(0));
