import { randomUUID } from 'node:crypto';
import fastify from '../../server/node_modules/fastify/fastify.js';
import { registerRest } from '../../server/src/http/rest.js';
import { answerClientError } from '../../server/src/http/client-error.js';
import { answerFrameworkError } from '../../server/src/http/errors.js';
export async function buildRestApp(options: Parameters<typeof registerRest>[1]) {
  const app = fastify({
    genReqId: () => randomUUID(),
    clientErrorHandler: answerClientError,
    frameworkErrors: answerFrameworkError as never,
    routerOptions: { maxParamLength: 4000 },
  });
  app.addHook('onRequest', (request, reply, next) => {
    void reply.header('x-request-id', request.id);
    next();
  });
  await registerRest(app as never, options);
  return app;
}
