import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../../test/support/cluster.js';
import { encodeId } from '../kernel/ids.js';
import { SCOPES } from '../kernel/scopes.js';
import { authenticateToken } from './authenticate-token.js';
import { createApiToken } from './create-api-token.js';
import { revokeApiToken } from './revoke-api-token.js';
import { seedDemo } from './seed-demo.js';
import { signIn } from './sign-in.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { codeOf, openHouse, place, value, type House } from './testing/house.js';
import { newToken } from './token-format.js';

let database: TestDatabase;
let house: House;

beforeAll(async () => {
  database = await cloneDatabase();
  house = await openHouse(database);
});

const newOptions = () => ({
  databaseUrl: database.databaseUrl,
  email: 'demo@carillon.example',
  password: randomBytes(12).toString('base64url'),
  apiToken: newToken(),
  masterKeys: `k1:${randomBytes(32).toString('base64')}`,
  publicUrl: 'http://localhost:4000',
});

const enter = (password: string) => {
  const deps = { ...house.deps, signInThrottle: new SignInThrottle(house.deps.clock) };
  return signIn(deps, { email: 'demo@carillon.example', password, ...place });
};

describe('seedDemo', () => {
  it('makes one demo, however often and from wherever it is started, and what it returns last gets in', async () => {
    const first = newOptions();
    const [one, two] = await Promise.all([seedDemo(first), seedDemo(first)]);
    expect([one.tokenIsNew, two.tokenIsNew].sort()).toEqual([false, true]);
    const counted = ['workspace', 'account', 'member', 'location', 'survey', 'survey_version', 'api_token'];
    const before = await house.count(...counted);
    expect(before).toEqual({
      ...{ workspace: 1, account: 1, member: 1, location: 3, survey: 1, survey_version: 3, api_token: 1 },
    });

    const { actor } = value(await authenticateToken(house.deps, one.token, null));
    expect(encodeId('workspace', actor.workspaceId)).toBe(one.workspaceId);
    expect(actor.scopes.size).toBe(SCOPES.length);
    const { actor: owner } = value(await enter(one.password));

    // People work with it, then it is started from another data directory.
    const kept = value(await createApiToken(house.deps, owner, { name: 'Kept', scopes: ['events:read'] }));
    const second = newOptions();
    const other = await seedDemo(second);
    expect(other).toMatchObject({ workspaceId: one.workspaceId, token: second.apiToken, tokenIsNew: true });
    expect(codeOf(await enter(first.password))).toBe('UNAUTHENTICATED');
    expect(codeOf(await enter(second.password))).toBeNull();
    expect(codeOf(await authenticateToken(house.deps, first.apiToken, null))).toBe('UNAUTHENTICATED');
    expect(codeOf(await authenticateToken(house.deps, second.apiToken, null))).toBeNull();
    expect(codeOf(await authenticateToken(house.deps, kept.secret, null))).toBeNull();

    value(
      await revokeApiToken(house.deps, owner, value(await authenticateToken(house.deps, other.token, null)).actor.id),
    );
    await seedDemo(second);
    expect(codeOf(await authenticateToken(house.deps, second.apiToken, null))).toBeNull();
  });

  it('has Reception under its building and floor, and a survey of which version 3 is the present one', async () => {
    const names = await house.sql(
      `select l.name, f.name as floor, b.name as building from location l join location f on f.id = l.parent_id
         join location b on b.id = f.parent_id where l.kind = 'location'`,
    );
    expect(names).toEqual([{ name: 'Reception', floor: 'Level 1', building: 'Terminal 2' }]);
    const [survey] = await house.sql<{ title: string; questions: { questionId: string; type: string }[] }>(
      `select s.title, v.questions from survey s join survey_version v on v.survey_id = s.id and v.number = s.current_version
        where s.current_version = 3`,
    );
    expect(survey!.title).toBe('How was your visit?');
    expect(survey!.questions.map(({ questionId, type }) => `${questionId} ${type}`)).toEqual(['q1 RATING', 'q2 TEXT']);
  });
});
