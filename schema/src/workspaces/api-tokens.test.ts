import { beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase } from '../../../test/support/cluster.js';
import type { TokenActor } from '../kernel/actor.js';
import { newUuid } from '../kernel/ids.js';
import { SCOPES } from '../kernel/scopes.js';
import { authenticateToken } from './authenticate-token.js';
import { createApiToken, MAX_API_TOKENS } from './create-api-token.js';
import { listApiTokens } from './list-api-tokens.js';
import { noteCredentialUse } from './note-credential-use.js';
import { revokeApiToken } from './revoke-api-token.js';
import { codeOf, openHouse, platform, value, type House } from './testing/house.js';
import { updateWorkspaceSettings } from './update-workspace-settings.js';

let house: House;

beforeAll(async () => {
  house = await openHouse(await cloneDatabase());
});

const written = ['api_token', 'audit_entry', 'idempotency_key', 'change'] as const;
const token = { name: 'A token', scopes: ['events:write', 'webhooks:read'] };

async function authenticated(secret: string): Promise<TokenActor> {
  return value(await authenticateToken(house.deps, secret, '192.0.2.9')).actor;
}

describe('createApiToken', () => {
  it('makes a token that says who it is and what it may do', async () => {
    const { owner, workspaceId } = await house.addWorkspace();
    const made = value(await createApiToken(house.deps, owner, token));
    expect(made.secret).toMatch(/^efa_sk_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
    const actor = await authenticated(made.secret);
    expect(actor).toMatchObject({ kind: 'api_token', id: made.tokenId, workspaceId, address: '192.0.2.9' });
    expect([...actor.scopes].sort()).toEqual(['events:write', 'webhooks:read']);
  });

  it('keeps the secret nowhere it could be read again', async () => {
    const { owner, workspaceId } = await house.addWorkspace();
    const made = value(await createApiToken(house.deps, owner, { ...token, idempotencyKey: 'canary' }));
    const secretPart = made.secret.slice(20);
    for (const table of ['api_token', 'audit_entry', 'idempotency_key', 'change']) {
      const rows = await house.sql<{ row: string }>(
        `select coalesce(string_agg(t::text, ' '), '') as row from ${table} t where workspace_id = $1`,
        [workspaceId],
      );
      expect(rows[0]!.row).not.toContain(secretPart);
      expect(rows[0]!.row).not.toContain(Buffer.from(secretPart).toString('hex'));
    }
    const [listed] = value(await listApiTokens(house.deps, owner));
    expect(listed).toMatchObject({ id: made.tokenId, hint: made.secret.slice(-4) });
    expect(JSON.stringify(listed)).not.toContain(secretPart);
  });

  it('gives the first answer again for the same key and request, the secret included', async () => {
    const { owner } = await house.addWorkspace();
    const input = { ...token, idempotencyKey: 'once' };
    const [first, second] = await Promise.all([1, 2].map(() => createApiToken(house.deps, owner, input)));
    expect(value(second!)).toEqual(value(first!));
    expect(codeOf(await createApiToken(house.deps, owner, { ...input, name: 'Another' }))).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    );
    expect(value(await listApiTokens(house.deps, owner))).toHaveLength(1);
  });

  it('is not for members, tokens without workspace:admin, or platform administrators, and then writes nothing', async () => {
    const { owner, workspaceId } = await house.addWorkspace();
    const member = await house.addMember(workspaceId, 'platform:member');
    const weak = await authenticated(value(await createApiToken(house.deps, owner, token)).secret);
    const before = await house.count(...written);
    for (const actor of [member, weak, platform]) {
      expect(codeOf(await createApiToken(house.deps, actor, { ...token, idempotencyKey: 'k' }))).toBe('FORBIDDEN');
      expect(codeOf(await listApiTokens(house.deps, actor))).toBe('FORBIDDEN');
      expect(codeOf(await revokeApiToken(house.deps, actor, weak.id))).toBe('FORBIDDEN');
      expect(codeOf(await updateWorkspaceSettings(house.deps, actor, { name: 'Changed' }))).toBe('FORBIDDEN');
    }
    expect(await house.count(...written)).toEqual(before);
  });

  it('gives no scope its maker does not have', async () => {
    const { owner, workspaceId } = await house.addWorkspace();
    const admin = await house.addMember(workspaceId, 'platform:admin');
    const narrow = { name: 'Narrow', scopes: ['workspace:admin', 'events:read'] };
    const maker = await authenticated(value(await createApiToken(house.deps, owner, narrow)).secret);
    const before = await house.count(...written);
    expect(codeOf(await createApiToken(house.deps, maker, { name: 'More', scopes: ['events:write'] }))).toBe(
      'FORBIDDEN',
    );
    expect(codeOf(await createApiToken(house.deps, admin, { name: 'More', scopes: ['members:read'] }))).toBe(
      'FORBIDDEN',
    );
    expect(await house.count(...written)).toEqual(before);
    expect(codeOf(await createApiToken(house.deps, maker, { name: 'Same', scopes: ['events:read'] }))).toBeNull();
  });

  it('tells everything that is wrong at once', async () => {
    const { owner } = await house.addWorkspace();
    const refused = await createApiToken(house.deps, owner, {
      name: 'x'.repeat(121),
      scopes: ['events:read', 'everything'],
      expiresAt: new Date(Date.now() - 1000),
    });
    expect(refused.ok ? [] : refused.error.errors?.map(({ field }) => field.join('.'))).toEqual([
      ...['name', 'scopes.1', 'expiresAt'],
    ]);
    expect(codeOf(await createApiToken(house.deps, owner, { name: 'None', scopes: [] }))).toBe('VALIDATION');
    expect(codeOf(await createApiToken(house.deps, owner, { ...token, expiresAt: new Date(Number.NaN) }))).toBe(
      'VALIDATION',
    );
  });

  it('stops at the limit, also when many are made at once', async () => {
    const { owner, workspaceId } = await house.addWorkspace();
    await house.sql(
      `insert into api_token (workspace_id, id, name, key_id, secret_hash, hint, scopes, created_by_kind, created_by_name)
       select $1, gen_random_uuid(), 'many', 'many' || n, '', '', '{events:read}', 'system', 'test'
         from generate_series(1, $2) n`,
      [workspaceId, MAX_API_TOKENS - 1],
    );
    const answers = await Promise.all([1, 2, 3].map(() => createApiToken(house.deps, owner, token)));
    expect(answers.map(codeOf).sort()).toEqual(['QUOTA_EXCEEDED', 'QUOTA_EXCEEDED', null]);
  });
});

describe('a token', () => {
  it('is refused from the moment it is revoked, and every server process is told', async () => {
    const { owner, workspaceId } = await house.addWorkspace();
    const made = value(await createApiToken(house.deps, owner, token));
    value(await revokeApiToken(house.deps, owner, made.tokenId));
    expect(codeOf(await authenticateToken(house.deps, made.secret, null))).toBe('UNAUTHENTICATED');
    expect(value(await listApiTokens(house.deps, owner))).toEqual([]);
    expect(await house.sql('select topic, kind, ids from change where workspace_id = $1', [workspaceId])).toEqual([
      { topic: 'credential', kind: 'REVOKED', ids: [made.tokenId] },
    ]);
  });

  it('of another workspace answers exactly like one that never was, and stays', async () => {
    const [mine, theirs] = [await house.addWorkspace(), await house.addWorkspace()];
    const made = value(await createApiToken(house.deps, theirs.owner, token));
    const before = await house.count(...written);
    const unknown = await revokeApiToken(house.deps, mine.owner, newUuid());
    expect(await revokeApiToken(house.deps, mine.owner, made.tokenId)).toEqual(unknown);
    expect(await revokeApiToken(house.deps, mine.owner, null)).toEqual(unknown);
    expect(codeOf(unknown)).toBe('NOT_FOUND');
    expect(await house.count(...written)).toEqual(before);
    expect(codeOf(await authenticateToken(house.deps, made.secret, null))).toBeNull();
    expect(value(await listApiTokens(house.deps, mine.owner))).toEqual([]);
  });

  it('is refused once it has expired, or with a wrong secret, by the same answer', async () => {
    const { owner } = await house.addWorkspace();
    const made = value(
      await createApiToken(house.deps, owner, { ...token, expiresAt: new Date(Date.now() + 3_600_000) }),
    );
    const { endsInMs } = value(await authenticateToken(house.deps, made.secret, null));
    expect(endsInMs).toBeGreaterThan(3_500_000);
    const wrong = await authenticateToken(house.deps, `${made.secret.slice(0, 20)}${'A'.repeat(43)}`, null);
    await house.sql(`update api_token set expires_at = now() - interval '1 second' where id = $1`, [made.tokenId]);
    expect(await authenticateToken(house.deps, made.secret, null)).toEqual(wrong);
    expect(await authenticateToken(house.deps, 'efa_sk_short', null)).toEqual(wrong);
    expect(codeOf(wrong)).toBe('UNAUTHENTICATED');
  });

  it('has its use noted at most once a minute', async () => {
    const { owner } = await house.addWorkspace();
    const made = value(await createApiToken(house.deps, owner, token));
    const first = value(await authenticateToken(house.deps, made.secret, null));
    expect(first.useIsStale).toBe(true);
    await noteCredentialUse(house.deps, first.actor);
    const [used] = await house.sql('select last_used_at from api_token where id = $1', [made.tokenId]);
    expect(value(await authenticateToken(house.deps, made.secret, null)).useIsStale).toBe(false);
    await noteCredentialUse(house.deps, first.actor);
    expect(await house.sql('select last_used_at from api_token where id = $1', [made.tokenId])).toEqual([used]);
  });

  it('can get every scope from an owner', async () => {
    const { owner } = await house.addWorkspace();
    const made = value(await createApiToken(house.deps, owner, { name: 'All', scopes: SCOPES }));
    expect((await authenticated(made.secret)).scopes.size).toBe(SCOPES.length);
  });
});

describe('updateWorkspaceSettings', () => {
  it('changes what is given on the own workspace alone, and refuses null', async () => {
    const [mine, theirs] = [await house.addWorkspace('Mine'), await house.addWorkspace('Theirs')];
    const changed = value(await updateWorkspaceSettings(house.deps, mine.owner, { name: 'Changed', locale: 'tr-tr' }));
    expect(changed).toMatchObject({ name: 'Changed', locale: 'tr-TR', timeZone: 'Europe/Istanbul' });
    expect(codeOf(await updateWorkspaceSettings(house.deps, mine.owner, { name: null }))).toBe('VALIDATION');
    expect(await house.sql('select name from workspace where id = $1', [theirs.workspaceId])).toEqual([
      { name: 'Theirs' },
    ]);
  });
});
