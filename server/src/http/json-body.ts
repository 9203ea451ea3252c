import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The JSON body as it was sent; '' when there was none. */
    bodyText: string;
  }
}

/** The body is not JSON in UTF-8. */
class MalformedBody extends Error {
  readonly statusCode = 400;
  readonly code = 'FST_ERR_CTP_INVALID_JSON_BODY';
}

/**
 * Replaces Fastify's JSON parser inside a plugin by one that keeps the text as well, refuses bytes that are not UTF-8
 * (replacing them would change what was sent), and takes an empty body for none. Keys like `__proto__` are ordinary own
 * properties after JSON.parse and fall to the strict schemas as unknown; of duplicate keys the last counts, here as in
 * `extractRawProperty`.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.decorateRequest('bodyText', '');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, bytes: Buffer, done: (error: Error | null, body?: unknown) => void) => {
      if (bytes.byteLength === 0) {
        done(null, undefined);
        return;
      }
      if (!isUtf8(bytes)) {
        done(new MalformedBody('The body is not UTF-8.'));
        return;
      }
      request.bodyText = bytes.toString('utf8');
      let body: unknown;
      try {
        body = JSON.parse(request.bodyText);
      } catch {
        done(new MalformedBody('The body is not JSON.'));
        return;
      }
      done(null, body);
    },
  );
}
