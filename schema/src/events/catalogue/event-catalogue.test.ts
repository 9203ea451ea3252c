import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineEventType, type EventType } from './define-event-type.js';
import { dataSchema, eventCatalogue, findEventType, surveyResponseCreated } from './index.js';

const TICKET =
  'ticket_id number source title category priority status location_id? location_name? feedback_id? assessment_id?';
const RESPONSE = 'session_id survey_id survey_version location_id location_name completed_at duration_seconds answers';

/** The table of spec/2: canonical name, alias, keys of `data`. */
const DOCUMENTED: readonly (readonly [name: string, aliases: string[], keys: string])[] = [
  ['cleaning.log.created', [], 'log_id location_id location_name personnel tasks notes?'],
  ['feedback.created', [], 'feedback_id location_id location_name poster_id? category message language contact?'],
  ['feedback.ticket.created', [], TICKET],
  ['feedback.ticket.status_changed', ['ticket.status_changed'], 'ticket_id number source from to changed_by reason?'],
  [
    'hygiene.submission.created',
    ['hygiene.assessment.created'],
    'assessment_id location_id location_name poster_id? ratings average_score comment?',
  ],
  ['notification.failed', [], 'notification_id channel recipient error'],
  ['poster.scanned', [], 'poster_id poster_type location_id location_name scanned_at'],
  ['survey.response.created', ['survey.response.completed'], RESPONSE],
  ['survey.response.updated', [], RESPONSE],
  ['survey.ticket.created', [], `${TICKET} session_id survey_id question_id`],
  ['ticket.assigned', [], 'ticket_id number assignee? previous_assignee? assigned_by'],
  ['ticket.note.created', [], 'ticket_id number note_id author'],
  ['ticket.updated', [], 'ticket_id number changes changed_by'],
  ['webhook.delivery.exhausted', [], 'endpoint_id count delivery_ids last_error'],
  ['webhook.endpoint.disabled', [], 'endpoint_id url reason failing_since last_error'],
  ['webhook.endpoint.failing', [], 'endpoint_id url failing_since last_error'],
];

/** What both documents that integrators have read promise. */
const SOURCE_1 =
  'feedback.created feedback.ticket.created hygiene.assessment.created survey.response.completed survey.ticket.created ticket.assigned ticket.status_changed cleaning.log.created';
const SOURCE_3 =
  'survey.response.created survey.response.updated hygiene.submission.created feedback.ticket.created feedback.ticket.status_changed cleaning.log.created poster.scanned';

const SOURCE_3_DATA =
  '{"session_id":"ses_001","survey_id":"srv_456","survey_version":3,"location_id":"loc_789","location_name":"Reception","completed_at":"2026-06-07T10:30:00Z","duration_seconds":47,"answers":[{"question_id":"q1","type":"rating","value":5},{"question_id":"q2","type":"text","value":"Very helpful staff"}]}';

interface ObjectSchema {
  readonly properties: Record<string, { readonly enum?: string[] }>;
  readonly required: string[];
  readonly additionalProperties: unknown;
}

function typeOf(name: string): EventType {
  const found = findEventType(name);
  if (!found) throw new Error(`No type ${name}`);
  return found.type;
}

function schemaOf(name: string): ObjectSchema {
  return dataSchema(typeOf(name)) as unknown as ObjectSchema;
}

describe('the catalogue', () => {
  test('has exactly the types of spec/2, with their aliases', () => {
    expect(eventCatalogue.map(({ name, aliases }) => [name, aliases])).toEqual(
      DOCUMENTED.map(([name, aliases]) => [name, aliases]),
    );
  });

  test('knows every name of both published documents', () => {
    const unknown = `${SOURCE_1} ${SOURCE_3}`.split(' ').filter((name) => !findEventType(name));
    expect(unknown).toEqual([]);
  });

  test.each(DOCUMENTED)('%s has exactly the documented keys, in their order', (name, _aliases, keys) => {
    const { properties, required, additionalProperties } = schemaOf(name);
    expect(
      Object.keys(properties)
        .map((key) => (required.includes(key) ? key : `${key}?`))
        .join(' '),
    ).toBe(keys);
    expect(additionalProperties).toBe(false);
  });

  test.each(DOCUMENTED)('%s refuses unknown keys', (name) => {
    const { data, sample } = typeOf(name);
    expect(data.safeParse(sample).success).toBe(true);
    expect(data.safeParse({ ...(sample as object), surprise: true }).success).toBe(false);
  });

  test('gives the survey sample of the published guide verbatim', () => {
    expect(JSON.stringify(surveyResponseCreated.sample)).toBe(SOURCE_3_DATA);
  });

  test('gives ids in all other samples as Carillon shows them', () => {
    const others = eventCatalogue.filter((type) => type !== surveyResponseCreated);
    const ids = others.flatMap(({ name, sample }) =>
      [...JSON.stringify(sample).matchAll(/"(\w+_id|changed_by|assigned_by|author)":"([^"]*)"/g)]
        .filter(([, key]) => key !== 'question_id')
        .map(([, key, id]) => ({ name, key, id })),
    );
    expect(ids.length).toBeGreaterThan(30);
    expect(ids.filter(({ id }) => !/^[a-z]{3}_[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id ?? ''))).toEqual([]);
  });

  test('writes ticket values as the ticket desk does', () => {
    const { properties } = schemaOf('feedback.ticket.created');
    expect(properties.status?.enum).toEqual(['NEW', 'IN_PROGRESS', 'CLOSED']);
    expect(properties.priority?.enum).toEqual(['LOW', 'NORMAL', 'HIGH', 'URGENT']);
    expect(properties.source?.enum).toEqual(['feedback', 'hygiene', 'survey', 'email', 'manual']);
  });

  test('publishes keys in the documented order, whatever order they came in, and leaves absent ones out', () => {
    const parsed = typeOf('ticket.note.created').data.parse({
      author: 'system',
      note_id: 'msg_1',
      number: 1,
      ticket_id: 'tic_1',
    });
    expect(JSON.stringify(parsed)).toBe('{"ticket_id":"tic_1","number":1,"note_id":"msg_1","author":"system"}');
    const unassigned = typeOf('ticket.assigned').data.parse({
      ticket_id: 'tic_1',
      number: 1,
      assignee: undefined,
      assigned_by: 'system',
    });
    expect(JSON.stringify(unassigned)).toBe('{"ticket_id":"tic_1","number":1,"assigned_by":"system"}');
  });

  test('takes times in whole seconds of UTC only', () => {
    const { data, sample } = typeOf('poster.scanned');
    for (const scanned_at of ['2026-06-07T10:29:58.123Z', '2026-06-07T10:29:58+00:00', '2026-06-07']) {
      expect(data.safeParse({ ...(sample as object), scanned_at }).success, scanned_at).toBe(false);
    }
  });

  test('refuses a ticket update in which nothing changed', () => {
    const { data, sample } = typeOf('ticket.updated');
    expect(data.safeParse({ ...(sample as object), changes: {} }).success).toBe(false);
  });

  test('names at most 20 deliveries in webhook.delivery.exhausted', () => {
    const { data, sample } = typeOf('webhook.delivery.exhausted');
    const withIds = (count: number) => ({ ...(sample as object), count, delivery_ids: Array(count).fill('del_1') });
    expect(data.safeParse(withIds(20)).success).toBe(true);
    expect(data.safeParse(withIds(21)).success).toBe(false);
  });
});

describe('dataSchema', () => {
  test.each(DOCUMENTED)('gives JSON Schema 2020-12 for %s', (name) => {
    expect(dataSchema(typeOf(name))).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
    });
  });
});

describe('findEventType', () => {
  test('finds a type by its canonical name', () => {
    expect(findEventType('ticket.assigned')).toEqual({ type: typeOf('ticket.assigned'), canonical: 'ticket.assigned' });
  });

  test('finds a type by its alias, and says so', () => {
    const found = findEventType('survey.response.completed');
    expect(found).toEqual({
      type: surveyResponseCreated,
      canonical: 'survey.response.created',
      alias: 'survey.response.completed',
    });
  });

  test.each(['', '*', 'toString', 'custom.order.late', 'Feedback.created', 'feedback'])('does not know %j', (name) => {
    expect(findEventType(name)).toBeUndefined();
  });
});

describe('defineEventType', () => {
  const good = {
    name: 'a.b',
    description: 'It happens.',
    data: z.strictObject({ x: z.int(), y: z.int() }),
    sample: { x: 1, y: 2 },
  };

  test('refuses a sample that its schema refuses', () => {
    expect(() => defineEventType({ ...good, sample: { x: 1, y: 2.5 } })).toThrow('a.b: the sample does not match');
  });

  test('refuses a sample whose keys are in another order than the schema', () => {
    expect(() => defineEventType({ ...good, sample: { y: 2, x: 1 } })).toThrow('order');
  });

  test.each(['a', 'A.b', 'a..b', 'a.b.', 'a b.c', 'custom.b', '*'])(
    'refuses the name %j, canonical or alias',
    (name) => {
      expect(() => defineEventType({ ...good, name })).toThrow('cannot name');
      expect(() => defineEventType({ ...good, aliases: [name] })).toThrow('cannot name');
    },
  );

  test('refuses a description of more than a line', () => {
    expect(() => defineEventType({ ...good, description: 'It happens.\nOften.' })).toThrow('one sentence');
  });
});
