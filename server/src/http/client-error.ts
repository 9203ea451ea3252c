import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** What Node's HTTP parser could not read never gets to Fastify: it is answered here, on the bare socket. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  // The client is gone, or its answer has begun.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { statusCode, message } = answerOf(error.code);
  const status = STATUS_CODES[statusCode] ?? 'Error';
  const body = JSON.stringify({ statusCode, error: status, code: 'MALFORMED', message });
  socket.end(
    [
      `HTTP/1.1 ${String(statusCode)} ${status}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${String(Buffer.byteLength(body))}`,
      `x-request-id: ${randomUUID()}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function answerOf(code: string | undefined): { statusCode: number; message: string } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { statusCode: 431, message: 'URL and headers together are too long.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { statusCode: 408, message: 'The request did not arrive in time.' };
    default:
      return { statusCode: 400, message: 'This is not an HTTP request that can be read.' };
  }
}
