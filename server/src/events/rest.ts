import {
  countDeliveries,
  CUSTOM_NAME_SYNTAX,
  EventTable,
  extractRawItems,
  extractRawProperty,
  findEvent,
  findEventBodies,
  findEventType,
  invalid,
  isCustomName,
  notFound,
  ok,
  publishEvents,
  readPage,
  whereEvent,
  type Result,
} from '@carillon/schema';
import { z } from 'zod';
import { checkPage, listAnswer, listOf, pageQuery, periodQuery, readPeriod } from '../http/paging.js';
import { text } from '../http/rest-input.js';
import { defineRoute } from '../http/rest-route.js';
import { explainRoute } from './explain-rest.js';
import {
  batchAnswer,
  eventAnswer,
  eventBatchBody,
  eventDetailAnswer,
  eventDetailOf,
  eventOf,
  eventPublishBody,
  publishedAnswer,
  publishedOf,
} from './rest-schema.js';

const tag = 'Events';
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

const publish = defineRoute({
  method: 'POST',
  path: '/events',
  operationId: 'publishEvent',
  tag,
  summary: 'Publish an event of an own type',
  description: 'Its deliveries are made in the same transaction.',
  scope: 'events:write',
  body: eventPublishBody,
  status: 202,
  answer: { description: 'The event is stored, its deliveries are on their way.', schema: publishedAnswer },
  run: async ({ deps, actor, body, bodyText, idempotencyKey }) => {
    const events = [{ event: body.event, dataText: rawData(bodyText) }];
    const published = await publishEvents(deps, actor, { events, idempotencyKey, fieldOf: () => [] });
    if (!published.ok) return published;
    const [event] = published.value;
    if (!event) throw new Error('The event was not published.');
    return ok(publishedOf(event));
  },
});

const publishBatch = defineRoute({
  method: 'POST',
  path: '/events/batch',
  operationId: 'publishEvents',
  tag,
  summary: 'Publish up to 500 events of own types, all or none',
  scope: 'events:write',
  body: eventBatchBody,
  maxBodyBytes: MAX_BATCH_BYTES,
  status: 202,
  answer: { description: 'All are stored, their deliveries are on their way.', schema: batchAnswer },
  run: async ({ deps, actor, body, bodyText, idempotencyKey }) => {
    const texts = extractRawItems(extractRawProperty(bodyText, 'events') ?? '') ?? [];
    const events = body.events.map(({ event }, index) => ({ event, dataText: rawData(texts[index] ?? '') }));
    const published = await publishEvents(deps, actor, { events, idempotencyKey });
    return published.ok ? ok({ data: published.value.map(publishedOf) }) : published;
  },
});

const list = defineRoute({
  method: 'GET',
  path: '/events',
  operationId: 'listEvents',
  tag,
  summary: 'List events, newest first',
  scope: 'events:read',
  query: z.strictObject({
    event: text().optional().meta({ description: 'Only events of this type; an alias stands for its canonical name.' }),
    ...periodQuery,
    ...pageQuery,
  }),
  status: 200,
  answer: { description: 'A page of events.', schema: listOf(eventAnswer) },
  run: async ({ deps, actor, query }) => {
    const page = checkPage(query);
    if (!page.ok) return page;
    const period = readPeriod(query);
    if (!period.ok) return period;
    const types = readType(query.event);
    if (!types.ok) return types;
    return deps.db.read(actor.workspaceId, async (tx) => {
      const where = whereEvent(tx.workspaceId, { types: types.value, ...period.value });
      const found = await readPage(tx, EventTable, where, query.page, query.per_page);
      const deliveries = await countDeliveries(
        tx,
        found.rows.map(({ id }) => id),
      );
      return ok(
        listAnswer(
          found.rows.map((event) => eventOf(event, deliveries.get(event.id) ?? 0)),
          query,
          found,
        ),
      );
    });
  },
});

const get = defineRoute({
  method: 'GET',
  path: '/events/:id',
  ids: { id: 'event' },
  operationId: 'getEvent',
  tag,
  summary: 'Get an event with its data',
  scope: 'events:read',
  status: 200,
  answer: { description: 'The event.', schema: eventDetailAnswer },
  run: ({ deps, actor, ids: { id = null } }) =>
    deps.db.read(actor.workspaceId, async (tx) => {
      const event = await findEvent(tx, id);
      if (event === null) return notFound('event');
      const deliveries = await countDeliveries(tx, [event.id]);
      const bodies = await findEventBodies(tx, [event.id]);
      return ok(eventDetailOf(event, deliveries.get(event.id) ?? 0, bodies.get(event.id)));
    }),
});

/** Events: publishing one's own, and reading all to reconcile. */
export const eventRoutes = [publish, publishBatch, list, get, explainRoute];

/** `data` as it was sent; the schema has seen that it is there. */
function rawData(json: string): string {
  const data = extractRawProperty(json, 'data');
  if (data === undefined) throw new Error('The data of an event was lost.');
  return data;
}

function readType(name: string | undefined): Result<string[] | null> {
  if (name === undefined) return ok(null);
  const canonical = findEventType(name)?.canonical ?? (isCustomName(name) ? name : undefined);
  if (canonical !== undefined) return ok([canonical]);
  const message = `Unknown event type: "${name.slice(0, 100)}". An own type is ${CUSTOM_NAME_SYNTAX}.`;
  return invalid({ field: ['event'], message });
}
