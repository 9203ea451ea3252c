import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloneDatabase } from '../../../test/support/cluster.js';
import { PLATFORM_WORKSPACE } from '../kernel/actor.js';
import { newUuid } from '../kernel/ids.js';
import { authenticateSession } from './authenticate-session.js';
import { revokeSession } from './revoke-session.js';
import { signIn } from './sign-in.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { suspendWorkspace } from './suspend-workspace.js';
import { switchWorkspace } from './switch-workspace.js';
import { codeOf, openHouse, PASSWORD, place, platform, value, type House } from './testing/house.js';

let house: House;
let deps: House['deps'] & { signInThrottle: SignInThrottle };

beforeAll(async () => {
  house = await openHouse(await cloneDatabase());
});

beforeEach(() => {
  deps = { ...house.deps, signInThrottle: new SignInThrottle(house.deps.clock) };
});

const enter = (email: string, password = PASSWORD) => signIn(deps, { email, password, ...place });
const check = (sessionToken: string) => authenticateSession(house.deps, sessionToken, null);

describe('signIn', () => {
  it('begins a session that stands for the member, and audits it', async () => {
    const { email, owner, workspaceId } = await house.addWorkspace();
    const signedIn = value(await enter(email.toUpperCase()));
    expect(signedIn.sessionToken).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const { actor, endsInMs } = value(await check(signedIn.sessionToken));
    expect(actor).toMatchObject({ kind: 'member', id: owner.id, accountId: owner.accountId, workspaceId });
    expect(actor.scopes).toEqual(owner.scopes);
    expect(Math.round(endsInMs! / 3_600_000)).toBe(12);
    const audited = await house.sql(
      `select canonical::json->>'action' as action, canonical::json->>'result' as result from audit_entry
        where workspace_id = $1`,
      [workspaceId],
    );
    expect(audited).toEqual([{ action: 'session.create', result: 'SUCCEEDED' }]);
    const [row] = await house.sql<{ text: string }>('select s::text as text from session s where id = $1', [
      actor.sessionId,
    ]);
    expect(row!.text).not.toContain(signedIn.sessionToken);
  });

  it('answers a wrong password and an unknown address alike, after the same work, and audits both', async () => {
    const { email } = await house.addWorkspace();
    const before = await house.count('session', 'audit_entry');
    const timed = async (address: string) => {
      const start = performance.now();
      return { answer: await enter(address, 'wrong'), tookMs: performance.now() - start };
    };
    const known = await timed(email);
    const unknown = await timed('nobody@example.com');
    expect(unknown.answer).toEqual(known.answer);
    expect(codeOf(known.answer)).toBe('UNAUTHENTICATED');
    // Argon2 takes far longer than everything else: without it the second would take a tenth.
    expect(unknown.tookMs).toBeGreaterThan(known.tookMs / 5);
    expect(await house.count('session', 'audit_entry')).toEqual({
      session: before.session,
      audit_entry: before.audit_entry! + 2,
    });
    const [last] = await house.sql<{ canonical: string }>(
      'select canonical from audit_entry where workspace_id = $1 order by id desc limit 1',
      [PLATFORM_WORKSPACE],
    );
    expect(JSON.parse(last!.canonical)).toMatchObject({ result: 'FAILED', details: { email: 'n…@example.com' } });
  });

  it('lets nobody in whose account has no password, and takes no overlong one', async () => {
    const { email } = await house.addWorkspace();
    expect(codeOf(await enter(email, 'x'.repeat(5000)))).toBe('UNAUTHENTICATED');
    await house.sql('update account set password_hash = null where email = $1', [email]);
    expect(codeOf(await enter(email, ''))).toBe('UNAUTHENTICATED');
  });

  it('goes to the workspace asked for, if the person belongs to it', async () => {
    const [first, second, foreign] = [
      await house.addWorkspace(),
      await house.addWorkspace(),
      await house.addWorkspace(),
    ];
    await house.addMember(second.workspaceId, 'platform:member', first.email);
    const ask = (workspaceId: string) =>
      signIn(deps, { email: first.email, password: PASSWORD, workspaceId, ...place });
    expect(value(await ask(second.workspaceId))).toMatchObject({ role: 'platform:member' });
    expect(await ask(foreign.workspaceId)).toEqual(await ask(newUuid()));
    expect(codeOf(await ask(foreign.workspaceId))).toBe('NOT_FOUND');
  });

  it('tells of a suspension only who knows the password', async () => {
    const { email, workspaceId } = await house.addWorkspace();
    const { sessionToken } = value(await enter(email));
    value(await suspendWorkspace(house.deps, platform, { workspaceId, reason: 'unpaid' }));
    expect(codeOf(await enter(email))).toBe('FORBIDDEN');
    expect(codeOf(await enter(email, 'wrong'))).toBe('UNAUTHENTICATED');
    expect(codeOf(await check(sessionToken))).toBe('FORBIDDEN');
  });

  it('slows down who tries passwords: ten a minute for an account, wherever they come from', async () => {
    const { email } = await house.addWorkspace();
    const from = (n: number, password: string) =>
      signIn(deps, { email, password, address: `198.51.100.${n}`, userAgent: null });
    await Promise.all(Array.from({ length: 10 }, (_, n) => from(n, 'wrong')));
    const before = await house.count('session', 'audit_entry');
    const refused = await from(99, PASSWORD);
    expect(codeOf(refused)).toBe('RATE_LIMITED');
    expect(refused.ok ? null : refused.error.retryAfterSeconds).toBeGreaterThan(50);
    expect(await house.count('session', 'audit_entry')).toEqual(before);
  });
});

describe('a session', () => {
  it('ends 12 hours after its last use, and 30 days after it began however much it is used', async () => {
    const { email } = await house.addWorkspace();
    const { sessionToken, actor } = value(await enter(email));
    const age = (column: string, interval: string) =>
      house.sql(`update session set ${column} = now() - $2::interval where id = $1`, [actor.sessionId, interval]);
    await age('last_used_at', '11 hours 59 minutes');
    expect(codeOf(await check(sessionToken))).toBeNull();
    await age('last_used_at', '12 hours');
    expect(codeOf(await check(sessionToken))).toBe('UNAUTHENTICATED');
    await age('last_used_at', '0');
    await age('created_at', '30 days');
    expect(codeOf(await check(sessionToken))).toBe('UNAUTHENTICATED');
  });

  it('ends by signing out, and every server process is told', async () => {
    const { email, workspaceId } = await house.addWorkspace();
    const { sessionToken, actor } = value(await enter(email));
    value(await revokeSession(house.deps, actor, actor.sessionId));
    expect(codeOf(await check(sessionToken))).toBe('UNAUTHENTICATED');
    expect(await house.sql('select kind, ids from change where workspace_id = $1', [workspaceId])).toEqual([
      { kind: 'REVOKED', ids: [actor.sessionId] },
    ]);
  });

  it('of somebody else is ended by who may manage members alone; to others it is not there', async () => {
    const mine = await house.addWorkspace();
    const theirs = await house.addWorkspace();
    const member = await house.addMember(mine.workspaceId, 'platform:member');
    const { sessionToken, actor } = value(await enter(mine.email));
    const unknown = await revokeSession(house.deps, member, newUuid());
    expect(codeOf(unknown)).toBe('NOT_FOUND');
    for (const other of [member, theirs.owner]) {
      expect(await revokeSession(house.deps, other, actor.sessionId)).toEqual(unknown);
    }
    expect(codeOf(await check(sessionToken))).toBeNull();
    const colleague = await house.addMember(mine.workspaceId, 'platform:owner');
    expect(codeOf(await revokeSession(house.deps, colleague, actor.sessionId))).toBeNull();
  });
});

describe('switchWorkspace', () => {
  it('ends the session here and begins one there, which ends no later', async () => {
    const [first, second] = [await house.addWorkspace(), await house.addWorkspace()];
    await house.addMember(second.workspaceId, 'platform:member', first.email);
    const here = value(
      await signIn(deps, { email: first.email, password: PASSWORD, workspaceId: first.workspaceId, ...place }),
    );
    await house.sql(`update session set created_at = now() - interval '29 days 20 hours' where id = $1`, [
      here.actor.sessionId,
    ]);
    const there = value(await switchWorkspace(house.deps, here.actor, { workspaceId: second.workspaceId, ...place }));
    expect(codeOf(await check(here.sessionToken))).toBe('UNAUTHENTICATED');
    const { actor, endsInMs } = value(await check(there.sessionToken));
    expect(actor.workspaceId).toBe(second.workspaceId);
    expect(Math.round(endsInMs! / 3_600_000)).toBe(4);
  });

  it('leads to no workspace of others, and then leaves the session as it is', async () => {
    const [mine, foreign] = [await house.addWorkspace(), await house.addWorkspace()];
    const here = value(await enter(mine.email));
    for (const workspaceId of [foreign.workspaceId, newUuid(), null]) {
      expect(codeOf(await switchWorkspace(house.deps, here.actor, { workspaceId, ...place }))).toBe('NOT_FOUND');
    }
    expect(codeOf(await check(here.sessionToken))).toBeNull();
  });
});
