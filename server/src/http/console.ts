import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendError } from './errors.js';

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Carillon</title></head>
<body>
<h1>Carillon runs; its console is not built.</h1>
<p>Run <code>npm run build</code> and load this page again. The APIs are at <code>/graphql</code> and <code>/api</code>.</p>
</body>
</html>
`;

/**
 * The console at /, from its build. Its pages are one page with many addresses: whatever a browser asks for as HTML, and is
 * no file, is that page.
 */
export async function registerConsole(app: FastifyInstance, directory: string): Promise<void> {
  const indexPath = join(directory, 'index.html');
  if (existsSync(directory)) {
    await app.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      index: false,
      serveDotFiles: false,
      cacheControl: false,
      setHeaders: (response, path) => {
        // Built files carry a hash of their content in their names.
        const isHashed = path.startsWith(join(directory, 'assets'));
        void response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  let page: string | undefined;
  const showPage = (reply: FastifyReply): FastifyReply => {
    if (page === undefined && existsSync(indexPath)) page = readFileSync(indexPath, 'utf8');
    return reply
      .code(page === undefined ? 503 : 200)
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(page ?? NOT_BUILT);
  };
  app.get('/', (_request, reply) => showPage(reply));
  app.setNotFoundHandler((request, reply) =>
    wantsPage(request) ? showPage(reply) : sendError(reply, { code: 'NOT_FOUND', message: 'No such route.' }),
  );
}

function wantsPage({ method, headers, url }: FastifyRequest): boolean {
  const isApi = /^\/(api|auth|graphql|healthz|readyz|assets)(\/|$|\?)/.test(url);
  return !isApi && (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');
}
