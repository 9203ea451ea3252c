import { attemptUuid, encodeId, ID_PREFIXES, newUuid, type IdKind } from '@carillon/schema';
import { executableSchema } from '@carillon/server';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  askOnSocket,
  openSocket,
  startGraphqlServer,
  testAdminToken,
  type GraphqlServer,
} from '../support/graphql-server.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer();
});
afterAll(() => server.close());

const schema = executableSchema();

/** Where an id may be given: an argument, or a field of an input object in one. */
interface Place {
  readonly field: GraphQLField<unknown, unknown>;
  readonly operation: 'query' | 'mutation';
  readonly path: readonly string[];
}

const takesIds = (type: GraphQLInputType): boolean => getNamedType(type).name === 'ID';

function placesOf(operation: Place['operation'], fields: readonly GraphQLField<unknown, unknown>[]): Place[] {
  return fields.flatMap((field) =>
    field.args.flatMap((argument) => {
      const type = getNamedType(argument.type);
      if (takesIds(argument.type)) return [{ field, operation, path: [argument.name] }];
      if (!isInputObjectType(type)) return [];
      const inner = Object.values(type.getFields()).filter((each) => takesIds(each.type));
      return inner.map(({ name }) => ({ field, operation, path: [argument.name, name] }));
    }),
  );
}

const places = [
  ...placesOf('query', Object.values(schema.getQueryType()!.getFields())),
  ...placesOf('mutation', Object.values(schema.getMutationType()!.getFields())),
];

/** The least that a required input takes; what it means does not matter, as the id is looked at first. */
function sample(type: GraphQLInputType, path: readonly string[], id: string): unknown {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return [sample(inner.ofType, path, id)];
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  if (isInputObjectType(inner)) {
    const fields = Object.values(inner.getFields()).filter(
      (each) => each.name === path[0] || (isNonNullType(each.type) && each.defaultValue === undefined),
    );
    return Object.fromEntries(
      fields.map((each) => [
        each.name,
        each.name === path[0] ? sample(each.type, path.slice(1), id) : sample(each.type, [], id),
      ]),
    );
  }
  switch (inner.name) {
    case 'ID':
      return id;
    case 'Int':
    case 'Float':
      return 1;
    case 'Boolean':
      return true;
    case 'URL':
      return 'https://hooks.example.com/';
    case 'DateTime':
      return '2026-06-07T10:30:00Z';
    case 'String':
      return path.length === 0 ? 'feedback.created' : 'x';
    default:
      return 'x';
  }
}

/** An operation that gives `id` at a place, and asks for every scalar that comes back. */
function operationFor(
  { field, operation, path }: Place,
  id: string,
): { query: string; variables: Record<string, unknown> } {
  const given = field.args.filter(
    ({ name, type, defaultValue }) => name === path[0] || (isNonNullType(type) && defaultValue === undefined),
  );
  const declared = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
  const variables = Object.fromEntries(
    given.map((argument: GraphQLArgument) => [
      argument.name,
      sample(argument.type, argument.name === path[0] ? path.slice(1) : [], id),
    ]),
  );
  const body = selection(field, 3);
  return { query: `${operation} (${declared}) { ${field.name}(${passed}) ${body} }`, variables };
}

function selection(field: GraphQLField<unknown, unknown>, levels: number): string {
  const type = getNamedType(field.type);
  if (!('getFields' in type)) return '';
  const inner = Object.values(type.getFields() as Record<string, GraphQLField<unknown, unknown>>)
    .filter((each) => each.args.length === 0)
    .map((each) => ({ each, composite: 'getFields' in getNamedType(each.type) }))
    .filter(({ composite }) => !composite || levels > 1)
    .map(({ each, composite }) => `${each.name} ${composite ? selection(each, levels - 1) : ''}`);
  return `{ __typename ${inner.join(' ')} }`;
}

/** Of every kind, an id of workspace b. */
function foreignIds(): Record<IdKind, string> {
  const { rows, id } = server.b.filled;
  const uuidOf: Partial<Record<IdKind, string>> = {
    workspace: id,
    attempt: attemptUuid(rows.get('delivery')!.id as string, rows.get('attempt')!.number as number),
  };
  const tables: Partial<Record<IdKind, string>> = {
    apiToken: 'api_token',
    surveyResponse: 'survey_response',
    audit: 'audit_entry',
  };
  const ids = (Object.keys(ID_PREFIXES) as IdKind[]).map((kind) => {
    const uuid = uuidOf[kind] ?? (rows.get(tables[kind] ?? kind)?.id as string | undefined) ?? newUuid();
    return [kind, encodeId(kind, uuid)];
  });
  return Object.fromEntries(ids) as Record<IdKind, string>;
}

/** What two answers may differ in: the id that was sent, and how it is spelt as a number in a log. */
const without = (text: string, id: string): string => text.replaceAll(id, '<id>');

test('there are places to try, and ids of b that b itself can read', async () => {
  expect(places.length).toBeGreaterThan(15);
  const ids = foreignIds();
  for (const kind of [
    'workspace',
    'endpoint',
    'event',
    'delivery',
    'attempt',
    'location',
    'survey',
    'surveyResponse',
    'member',
    'account',
    'apiToken',
    'session',
    'job',
  ] as const) {
    const { data } = await ask<{ node: { id: string } | null }>(
      server,
      server.b.token,
      'query ($id: ID!) { node(id: $id) { id } }',
      { id: ids[kind] },
    );
    expect(data.node, kind).toEqual({ id: ids[kind] });
  }
});

describe.each(places.map((place) => [`${place.field.name}(${place.path.join('.')})`, place] as const))(
  '%s',
  (_name, place) => {
    test("another workspace's id is answered like one that never was, byte for byte, on HTTP and WebSocket", async () => {
      const needsPlatform = (place.field.description ?? '').includes('Platform administrator.');
      // A platform administrator reaches every workspace: that is what they are for.
      const kinds = (Object.keys(ID_PREFIXES) as IdKind[]).filter((kind) => !(needsPlatform && kind === 'workspace'));
      const token = needsPlatform ? testAdminToken : server.a.token;
      const socket = openSocket(server, token);
      const foreign = foreignIds();
      try {
        for (const kind of kinds) {
          const [theirs, nobodys] = [foreign[kind], encodeId(kind, newUuid())];
          const [first, second] = [operationFor(place, theirs), operationFor(place, nobodys)];
          const answers = [
            await ask(server, token, first.query, first.variables),
            await ask(server, token, second.query, second.variables),
          ];
          expect(answers[0]!.status).toBe(answers[1]!.status);
          expect(without(answers[0]!.text, theirs), kind).toBe(without(answers[1]!.text, nobodys));
          expect(answers[1]!.errors ?? [], kind).toEqual([]);
          const live = [
            await askOnSocket(socket, first.query, first.variables),
            await askOnSocket(socket, second.query, second.variables),
          ];
          expect(without(JSON.stringify(live[0]), theirs), kind).toBe(without(JSON.stringify(live[1]), nobodys));
        }
      } finally {
        await socket.dispose();
      }
    });
  },
);
