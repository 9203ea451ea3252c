import {
  createApiToken,
  newToken,
  revokeApiToken,
  type Result,
  signIn,
  SignInThrottle,
  suspendWorkspace,
} from '@carillon/schema';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  codeOf,
  openHouse,
  PASSWORD,
  place,
  platform,
  value,
  type House,
} from '../../../schema/src/workspaces/testing/house.js';
import { cloneDatabase } from '../../../test/support/cluster.js';
import { Authenticator } from './authenticator.js';

const adminToken = `efa_admin_${'a'.repeat(40)}`;
const address = '192.0.2.50';

let house: House;

beforeAll(async () => {
  house = await openHouse(await cloneDatabase());
});

/** One that would go by its memory for the whole test, if it were not told. */
const newAuthenticator = (options = {}) => new Authenticator(house.deps, { adminToken, cacheMs: 60_000, ...options });

async function newCredential() {
  const tenant = await house.addWorkspace();
  const made = value(await createApiToken(house.deps, tenant.owner, { name: 'A token', scopes: ['events:write'] }));
  return { ...tenant, ...made, authorization: `Bearer ${made.secret}` };
}

const kindOf = (result: Result<{ kind: string }>) => (result.ok ? result.value.kind : result.error.code);

describe('Authenticator', () => {
  it('knows tokens, sessions and the platform administrator, and says from where they ask', async () => {
    const { authorization, email } = await newCredential();
    const deps = { ...house.deps, signInThrottle: new SignInThrottle(house.deps.clock) };
    const { sessionToken } = value(await signIn(deps, { email, password: PASSWORD, ...place }));
    const authenticator = newAuthenticator();
    expect(value(await authenticator.authenticate({ authorization, address }))).toMatchObject({
      ...{ kind: 'api_token', address },
    });
    expect(kindOf(await authenticator.authenticate({ cookie: sessionToken, address }))).toBe('member');
    expect(kindOf(await authenticator.authenticate({ authorization: `bearer ${adminToken}`, address }))).toBe(
      'platform_administrator',
    );
    // A token goes before a cookie: it was put there on purpose.
    expect(kindOf(await authenticator.authenticate({ authorization, cookie: sessionToken, address }))).toBe(
      'api_token',
    );
    await authenticator.settled();
  });

  it('lets nobody else in', async () => {
    const authenticator = newAuthenticator();
    const unset = new Authenticator(house.deps, { adminToken: null });
    for (const authorization of [
      '',
      'Bearer',
      'Basic abc',
      'Bearer x y',
      `Bearer ${newToken()}`,
      `Bearer ${adminToken}b`,
    ]) {
      expect(codeOf(await authenticator.authenticate({ authorization, address }))).toBe('UNAUTHENTICATED');
    }
    expect(codeOf(await authenticator.authenticate({ address }))).toBe('UNAUTHENTICATED');
    expect(codeOf(await authenticator.authenticate({ cookie: 'x'.repeat(43), address }))).toBe('UNAUTHENTICATED');
    expect(codeOf(await unset.authenticate({ authorization: `Bearer ${adminToken}`, address }))).toBe(
      'UNAUTHENTICATED',
    );
  });

  it('goes by its memory until it is told to forget the token, and then refuses at once', async () => {
    const { authorization, owner, tokenId } = await newCredential();
    const authenticator = newAuthenticator();
    const knock = async (from = address) => authenticator.authenticate({ authorization, address: from });
    value(await knock());
    value(await revokeApiToken(house.deps, owner, tokenId));
    expect(value(await knock('192.0.2.51'))).toMatchObject({ address: '192.0.2.51' });
    authenticator.forget([tokenId]);
    expect(codeOf(await knock())).toBe('UNAUTHENTICATED');
  });

  it('forgets everything of a workspace, and nothing of others', async () => {
    const [one, other] = [await newCredential(), await newCredential()];
    const authenticator = newAuthenticator();
    const knock = async ({ authorization }: typeof one) =>
      codeOf(await authenticator.authenticate({ authorization, address }));
    await knock(one);
    await knock(other);
    value(await suspendWorkspace(house.deps, platform, { workspaceId: one.workspaceId, reason: 'unpaid' }));
    value(await suspendWorkspace(house.deps, platform, { workspaceId: other.workspaceId, reason: 'unpaid' }));
    authenticator.forget([one.workspaceId]);
    expect(await knock(one)).toBe('FORBIDDEN');
    expect(await knock(other)).toBeNull();
  });

  it('does not keep what it was looking up when it was told to forget', async () => {
    const { authorization, owner, tokenId } = await newCredential();
    const authenticator = newAuthenticator();
    const early = authenticator.authenticate({ authorization, address });
    authenticator.forget([]);
    await early;
    value(await revokeApiToken(house.deps, owner, tokenId));
    expect(codeOf(await authenticator.authenticate({ authorization, address }))).toBe('UNAUTHENTICATED');
  });

  it('refuses a revoked token after the time it keeps answers, told or not', async () => {
    const { authorization, owner, tokenId } = await newCredential();
    const authenticator = newAuthenticator({ cacheMs: 0 });
    value(await authenticator.authenticate({ authorization, address }));
    value(await revokeApiToken(house.deps, owner, tokenId));
    expect(codeOf(await authenticator.authenticate({ authorization, address }))).toBe('UNAUTHENTICATED');
  });

  it('keeps no more answers than it may', async () => {
    const [one, other] = [await newCredential(), await newCredential()];
    const authenticator = newAuthenticator({ cacheEntries: 1 });
    for (const { authorization } of [one, other]) value(await authenticator.authenticate({ authorization, address }));
    value(await revokeApiToken(house.deps, one.owner, one.tokenId));
    value(await revokeApiToken(house.deps, other.owner, other.tokenId));
    expect(codeOf(await authenticator.authenticate({ authorization: other.authorization, address }))).toBeNull();
    expect(codeOf(await authenticator.authenticate({ authorization: one.authorization, address }))).toBe(
      'UNAUTHENTICATED',
    );
  });

  it('notes the use of a token beside the request', async () => {
    const { authorization, tokenId } = await newCredential();
    const authenticator = newAuthenticator();
    value(await authenticator.authenticate({ authorization, address }));
    await authenticator.settled();
    const [row] = await house.sql<{ used: boolean }>(
      'select last_used_at is not null as used from api_token where id = $1',
      [tokenId],
    );
    expect(row).toEqual({ used: true });
  });
});
