import { beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase } from '../../../test/support/cluster.js';
import { PLATFORM_WORKSPACE } from '../kernel/actor.js';
import { newUuid } from '../kernel/ids.js';
import { authenticateToken } from './authenticate-token.js';
import { createApiToken } from './create-api-token.js';
import { createWorkspace } from './create-workspace.js';
import { deleteWorkspace } from './delete-workspace.js';
import { listWorkspaces, type WorkspacePage } from './list-workspaces.js';
import { resumeWorkspace } from './resume-workspace.js';
import { suspendWorkspace } from './suspend-workspace.js';
import { codeOf, openHouse, platform, value, workspaceInput, type House } from './testing/house.js';
import { updateWorkspace } from './update-workspace.js';

let house: House;

beforeAll(async () => {
  house = await openHouse(await cloneDatabase());
});

const everything = ['workspace', 'data_key', 'account', 'member', 'audit_entry', 'idempotency_key', 'change'] as const;

async function auditedActions(workspaceId: string): Promise<string[]> {
  const rows = await house.sql<{ action: string }>(
    `select canonical::json->>'action' as action from audit_entry where workspace_id = $1 order by id`,
    [workspaceId],
  );
  return rows.map(({ action }) => action);
}

describe('createWorkspace', () => {
  it('makes a workspace with a data key and an owner, audited in the chain of the platform', async () => {
    const made = value(
      await createWorkspace(house.deps, platform, { ...workspaceInput, ownerEmail: ' New@Example.com ' }),
    );
    expect(made).toMatchObject({ name: 'A workspace', timeZone: 'Europe/Istanbul', mode: 'live', suspendedAt: null });
    expect(await house.sql('select 1 from data_key where workspace_id = $1', [made.id])).toHaveLength(1);
    expect(
      await house.sql(
        'select a.email, m.role, m.status from member m join account a on a.id = m.account_id where m.workspace_id = $1',
        [made.id],
      ),
    ).toEqual([{ email: 'new@example.com', role: 'platform:owner', status: 'invited' }]);
    expect(await auditedActions(PLATFORM_WORKSPACE)).toContain('workspace.create');
  });

  it('lets an owner in at once who can sign in already', async () => {
    const { email } = await house.addWorkspace();
    const made = value(await createWorkspace(house.deps, platform, { ...workspaceInput, ownerEmail: email }));
    expect(await house.sql('select status from member where workspace_id = $1', [made.id])).toEqual([
      { status: 'active' },
    ]);
  });

  it('makes one workspace for one idempotency key, also when called twice at once', async () => {
    const before = await house.count('workspace');
    const input = { ...workspaceInput, ownerEmail: 'twice@example.com', idempotencyKey: 'once' };
    const both = await Promise.all([1, 2].map(() => createWorkspace(house.deps, platform, input)));
    expect(new Set(both.map((each) => value(each).id)).size).toBe(1);
    expect(codeOf(await createWorkspace(house.deps, platform, { ...input, name: 'Another' }))).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    );
    expect((await house.count('workspace')).workspace).toBe(before.workspace! + 1);
  });

  it('tells everything that is wrong at once, and leaves nothing behind', async () => {
    const before = await house.count(...everything);
    const refused = await createWorkspace(house.deps, platform, {
      name: ' ',
      timeZone: '+03:00',
      locale: 'not a locale',
      defaultPhoneRegion: 'tr',
      mode: 'live',
      ownerEmail: 'nobody',
      ownerName: '',
      smsQuotaSegments: -1,
      idempotencyKey: 'refused',
    });
    expect(refused.ok ? [] : refused.error.errors?.map(({ field }) => field[0])).toEqual([
      ...['name', 'timeZone', 'locale', 'defaultPhoneRegion', 'ownerEmail', 'ownerName', 'smsQuotaSegments'],
    ]);
    expect(await house.count(...everything)).toEqual(before);
  });
});

describe('platform acts', () => {
  it('are for platform administrators alone, whatever scopes somebody has', async () => {
    const { owner, workspaceId } = await house.addWorkspace('Mine');
    const before = await house.count(...everything);
    const refused = [
      await createWorkspace(house.deps, owner, workspaceInput),
      await updateWorkspace(house.deps, owner, { workspaceId, name: 'Changed' }),
      await suspendWorkspace(house.deps, owner, { workspaceId, reason: 'why not' }),
      await resumeWorkspace(house.deps, owner, workspaceId),
      await deleteWorkspace(house.deps, owner, { workspaceId, name: 'Mine' }),
      await listWorkspaces(house.deps, owner, {}),
    ];
    expect(refused.map(codeOf)).toEqual(Array(6).fill('FORBIDDEN'));
    expect(await house.count(...everything)).toEqual(before);
  });

  it('answer an unknown workspace and an impossible id alike', async () => {
    for (const workspaceId of [null, newUuid(), PLATFORM_WORKSPACE]) {
      const answers = [
        await updateWorkspace(house.deps, platform, { workspaceId, name: '' }),
        await suspendWorkspace(house.deps, platform, { workspaceId, reason: '' }),
        await resumeWorkspace(house.deps, platform, workspaceId),
        await deleteWorkspace(house.deps, platform, { workspaceId, name: '' }),
      ];
      for (const answer of answers) {
        expect(answer).toEqual({ ok: false, error: { code: 'NOT_FOUND', message: 'No such workspace here.' } });
      }
    }
  });

  it('stand in the chain of the workspace as well, for its own people', async () => {
    const { workspaceId } = await house.addWorkspace();
    const updated = value(await updateWorkspace(house.deps, platform, { workspaceId, name: 'Renamed', mode: 'test' }));
    expect(updated).toMatchObject({ name: 'Renamed', mode: 'test', timeZone: 'Europe/Istanbul' });
    expect(await auditedActions(workspaceId)).toEqual(['workspace.update']);
    expect((await auditedActions(PLATFORM_WORKSPACE)).at(-1)).toBe('workspace.update');
  });
});

describe('suspendWorkspace', () => {
  it('shuts tokens out until the workspace is resumed, and tells every server process', async () => {
    const { owner, workspaceId } = await house.addWorkspace();
    const made = value(await createApiToken(house.deps, owner, { name: 'A token', scopes: ['events:write'] }));
    const knock = async () => codeOf(await authenticateToken(house.deps, made.secret, null));
    expect(await knock()).toBeNull();
    const suspended = value(await suspendWorkspace(house.deps, platform, { workspaceId, reason: ' unpaid ' }));
    expect(suspended).toMatchObject({ suspendedReason: 'unpaid' });
    expect(await knock()).toBe('FORBIDDEN');
    expect(await house.sql('select topic, kind, ids from change where workspace_id = $1', [workspaceId])).toEqual([
      { topic: 'credential', kind: 'REVOKED', ids: [workspaceId] },
    ]);
    expect(codeOf(await suspendWorkspace(house.deps, platform, { workspaceId, reason: 'again' }))).toBe('CONFLICT');
    expect(value(await resumeWorkspace(house.deps, platform, workspaceId)).suspendedAt).toBeNull();
    expect(await knock()).toBeNull();
    expect(codeOf(await resumeWorkspace(house.deps, platform, workspaceId))).toBe('CONFLICT');
  });

  it('needs a reason of at most 500 characters', async () => {
    const { workspaceId } = await house.addWorkspace();
    for (const reason of ['', '  ', 'x'.repeat(501)]) {
      expect(codeOf(await suspendWorkspace(house.deps, platform, { workspaceId, reason }))).toBe('VALIDATION');
    }
  });
});

describe('deleteWorkspace', () => {
  it('does nothing when the name is not the one', async () => {
    const { workspaceId } = await house.addWorkspace('Atlas');
    const before = await house.count(...everything);
    expect(codeOf(await deleteWorkspace(house.deps, platform, { workspaceId, name: 'atlas' }))).toBe('VALIDATION');
    expect(await house.count(...everything)).toEqual(before);
  });

  it('destroys the data key, ends every credential, and hides the workspace', async () => {
    const { owner, workspaceId } = await house.addWorkspace('To be deleted');
    const made = value(await createApiToken(house.deps, owner, { name: 'A token', scopes: ['events:write'] }));
    value(await deleteWorkspace(house.deps, platform, { workspaceId, name: 'To be deleted' }));
    expect(await house.sql('select 1 from data_key where workspace_id = $1', [workspaceId])).toEqual([]);
    expect(codeOf(await authenticateToken(house.deps, made.secret, null))).toBe('UNAUTHENTICATED');
    expect(value(await listWorkspaces(house.deps, platform, { search: 'To be' })).totalCount).toBe(0);
    expect(codeOf(await deleteWorkspace(house.deps, platform, { workspaceId, name: 'To be deleted' }))).toBe(
      'NOT_FOUND',
    );
  });
});

describe('listWorkspaces', () => {
  it('pages through all of them by name, each once', async () => {
    const names = ['zz one', 'ZZ two', 'zz three', 'zz three'];
    for (const name of names) await house.addWorkspace(name);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: WorkspacePage = value(await listWorkspaces(house.deps, platform, { first: 1, after, search: 'ZZ' }));
      expect(page.totalCount).toBe(4);
      seen.push(...page.rows.map(({ workspace }) => workspace.name));
      after = page.hasNextPage ? page.rows.at(-1)!.cursor : null;
    } while (after !== null);
    expect(seen).toEqual(['zz one', 'zz three', 'zz three', 'ZZ two']);
  });

  it('refuses impossible page sizes and cursors', async () => {
    for (const input of [{ first: 0 }, { first: 101 }, { after: 'nonsense' }]) {
      expect(codeOf(await listWorkspaces(house.deps, platform, input))).toBe('VALIDATION');
    }
  });
});
