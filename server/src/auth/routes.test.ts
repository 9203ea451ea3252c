import { encodeId, newUuid } from '@carillon/schema';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openHouse, PASSWORD, type House } from '../../../schema/src/workspaces/testing/house.js';
import { cloneDatabase } from '../../../test/support/cluster.js';
import { Authenticator } from './authenticator.js';
import { registerAuthRoutes } from './routes.js';
import { readSessionCookie } from './session-cookie.js';

const config = { publicUrl: 'http://localhost:4000', production: false };

let house: House;
let authenticator: Authenticator;
let app: FastifyInstance;

beforeAll(async () => {
  house = await openHouse(await cloneDatabase());
});

beforeEach(async () => {
  app = await start(config);
});

afterEach(async () => {
  await authenticator.settled();
  await app.close();
});

async function start(settings: typeof config): Promise<FastifyInstance> {
  authenticator = new Authenticator(house.deps, { adminToken: null });
  const started = Fastify();
  await registerAuthRoutes(started, { deps: house.deps, authenticator, config: settings });
  return started;
}

const post = (url: string, payload: InjectOptions['payload'], headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url, ...(payload === undefined ? {} : { payload }), headers });

async function signedIn() {
  const tenant = await house.addWorkspace();
  const answer = await post('/auth/sign-in', { email: tenant.email, password: PASSWORD });
  const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
  return { ...tenant, answer, cookie };
}

async function whoIs(cookie: string) {
  const found = await authenticator.authenticate({ cookie: readSessionCookie(config, cookie), address: null });
  return found.ok ? found.value : found.error.code;
}

describe('POST /auth/sign-in', () => {
  it('begins a session in a cookie that scripts cannot read, and keeps its token out of the body', async () => {
    const { answer, cookie, owner, workspaceId, email } = await signedIn();
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      account: { id: encodeId('account', owner.accountId), email, name: 'An Owner' },
      member: { id: encodeId('member', owner.id), role: 'platform:owner' },
      workspace: { id: encodeId('workspace', workspaceId), name: 'A workspace' },
    });
    expect(answer.headers['set-cookie']).toMatch(
      /^carillon_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).not.toContain(cookie.split('=')[1]);
    expect(await whoIs(`theme=dark; ${cookie}`)).toMatchObject({ kind: 'member', id: owner.id });
  });

  it('takes the cookie that goes by HTTPS alone wherever Carillon is reached by it, and always in production', async () => {
    const { email } = await house.addWorkspace();
    for (const settings of [
      { publicUrl: 'https://carillon.example', production: false },
      { publicUrl: 'http://carillon.example', production: true },
    ]) {
      const secure = await start(settings);
      const payload = { email, password: PASSWORD };
      const answer = await secure.inject({ method: 'POST', url: '/auth/sign-in', payload });
      expect(answer.headers['set-cookie']).toMatch(
        /^__Host-carillon_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/,
      );
      await secure.close();
    }
  });

  it('refuses a wrong password in the shape of REST, without a cookie or a session', async () => {
    const { email } = await house.addWorkspace();
    const before = await house.count('session');
    const answer = await post('/auth/sign-in', { email, password: 'wrong' });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toEqual({
      ...{ statusCode: 401, error: 'Unauthorized', code: 'UNAUTHENTICATED', message: 'Email or password is wrong.' },
    });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await house.count('session')).toEqual(before);
  });

  it('refuses other sites, forms, and bodies it does not know, and begins no session', async () => {
    const { email } = await house.addWorkspace();
    const before = await house.count('session', 'audit_entry');
    const good = { email, password: PASSWORD };
    for (const origin of ['https://evil.example', 'null', 'http://localhost:4001', 'https://localhost:4000']) {
      expect((await post('/auth/sign-in', good, { origin })).statusCode).toBe(403);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect((await post('/auth/sign-in', JSON.stringify(good), { 'content-type': type })).statusCode).toBe(415);
    }
    for (const body of [{}, { ...good, admin: true }, { email, password: 1 }, { email: null, password: PASSWORD }]) {
      expect((await post('/auth/sign-in', body)).statusCode).toBe(422);
    }
    expect((await post('/auth/sign-in', { ...good, workspace_id: 'ws_nonsense' })).statusCode).toBe(404);
    expect(await house.count('session', 'audit_entry')).toEqual(before);
    expect((await post('/auth/sign-in', good, { origin: 'http://localhost:4000' })).statusCode).toBe(200);
  });

  it('says when to try again after ten wrong passwords in a minute', async () => {
    const { email } = await house.addWorkspace();
    for (let n = 0; n < 10; n++) await post('/auth/sign-in', { email, password: 'wrong' });
    const answer = await post('/auth/sign-in', { email, password: PASSWORD });
    expect(answer.statusCode).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(30);
  });
});

describe('POST /auth/sign-out', () => {
  it('ends the session at once, although it was just used, and clears the cookie', async () => {
    const { cookie } = await signedIn();
    expect(await whoIs(cookie)).toMatchObject({ kind: 'member' });
    const answer = await post('/auth/sign-out', undefined, { cookie });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['set-cookie']).toMatch(/^carillon_session=; Path=\/; Max-Age=0;/);
    expect(await whoIs(cookie)).toBe('UNAUTHENTICATED');
    expect((await post('/auth/sign-out', undefined, { cookie })).statusCode).toBe(204);
  });

  it('does not sign out whom another site sends', async () => {
    const { cookie } = await signedIn();
    expect((await post('/auth/sign-out', undefined, { cookie, origin: 'https://evil.example' })).statusCode).toBe(403);
    expect(await whoIs(cookie)).toMatchObject({ kind: 'member' });
  });
});

describe('POST /auth/workspace', () => {
  it('goes to another workspace of the person with a new cookie; the old one is worth nothing', async () => {
    const { cookie, email } = await signedIn();
    const other = await house.addWorkspace();
    await house.addMember(other.workspaceId, 'platform:member', email);
    const body = { workspace_id: encodeId('workspace', other.workspaceId) };
    expect(await whoIs(cookie)).toMatchObject({ kind: 'member' });
    const answer = await post('/auth/workspace', body, { cookie });
    expect(answer.statusCode).toBe(200);
    expect(await whoIs(String(answer.headers['set-cookie']).split(';')[0]!)).toMatchObject({
      workspaceId: other.workspaceId,
    });
    expect(await whoIs(cookie)).toBe('UNAUTHENTICATED');
  });

  it('answers another workspace exactly like one that never was', async () => {
    const { cookie } = await signedIn();
    const foreign = await house.addWorkspace();
    const answers = await Promise.all(
      [encodeId('workspace', foreign.workspaceId), encodeId('workspace', newUuid()), 'nonsense'].map((id) =>
        post('/auth/workspace', { workspace_id: id }, { cookie }),
      ),
    );
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(answers[0]!.statusCode).toBe(404);
    expect(await whoIs(cookie)).toMatchObject({ kind: 'member' });
  });
});
