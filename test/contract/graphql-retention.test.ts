import { encodeId } from '@carillon/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, startGraphqlServer, testAdminToken, type GraphqlServer } from '../support/graphql-server.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer();
  // The row made from the catalogue has any numbers.
  await server.sql('update workspace set retention_months = 24, retention_body_days = 90');
});
afterAll(() => server.close());

interface Answer {
  readonly retentionUpdate: {
    readonly workspace: { readonly retention: { readonly months: number; readonly bodyDays: number } | null } | null;
    readonly errors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
  };
}

const UPDATE = `mutation ($input: RetentionInput!) {
  retentionUpdate(input: $input) { workspace { retention { months bodyDays } } errors { code field } }
}`;
const READ = '{ workspace { id retention { months bodyDays } } }';

const stored = () =>
  server.sql('select id, retention_months as months, retention_body_days as days from workspace order by id');

test('retention is read by anybody in the workspace and changed with workspace:admin, for this workspace alone', async () => {
  const before = await stored();
  const { data } = await ask<Answer>(server, server.a.token, UPDATE, { input: { months: 12, bodyDays: 30 } });
  expect(data.retentionUpdate).toEqual({ workspace: { retention: { months: 12, bodyDays: 30 } }, errors: [] });
  const reader = await server.a.tokenWith('events:read');
  expect((await ask(server, reader, READ)).data).toMatchObject({
    workspace: { retention: { months: 12, bodyDays: 30 } },
  });
  expect((await ask(server, server.b.token, READ)).data).toMatchObject({
    workspace: { id: encodeId('workspace', server.b.id), retention: { months: 24, bodyDays: 90 } },
  });
  expect((await stored()).filter(({ id }) => id !== server.a.id)).toEqual(
    before.filter(({ id }) => id !== server.a.id),
  );
});

test.each([
  [{ months: 5 }, 'input.months'],
  [{ months: 61 }, 'input.months'],
  [{ bodyDays: 0 }, 'input.bodyDays'],
  [{ months: 6, bodyDays: 200 }, 'input.bodyDays'],
])('retention out of bounds is refused in the payload and changes nothing: %j', async (input, field) => {
  const before = await stored();
  const { data } = await ask<Answer>(server, server.a.token, UPDATE, { input });
  expect(data.retentionUpdate.workspace).toBeNull();
  expect(data.retentionUpdate.errors.map(({ code, field: path }) => [code, path?.join('.')])).toEqual([
    ['VALIDATION', field],
  ]);
  expect(await stored()).toEqual(before);
});

test('without workspace:admin retention is not changed', async () => {
  const before = await stored();
  const token = await server.a.tokenWith('webhooks:write', 'privacy:write');
  const { errors } = await ask(server, token, UPDATE, { input: { months: 36 } });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  expect(await stored()).toEqual(before);
});

test('a platform administrator lists workspaces without their retention', async () => {
  const { data, errors } = await ask(server, testAdminToken, '{ workspaces { nodes { id retention { months } } } }');
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ workspaces: { nodes: [{ retention: null }, { retention: null }] } });
});
