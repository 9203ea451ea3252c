import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** The tenant. See schema/migrations/0001-foundation.sql for what the columns mean. */
export const WorkspaceTable = defineEntity({
  name: 'Workspace',
  tableName: 'workspace',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    timeZone: p.text(),
    locale: p.text(),
    defaultPhoneRegion: p.text(),
    mode: p.text(),
    smsQuotaSegments: p.integer().nullable(),
    suspendedAt: p.datetime().nullable(),
    suspendedReason: p.text().nullable(),
    deletedAt: p.datetime().nullable(),
    createdAt: p.datetime(),
    retentionMonths: p.integer(),
    retentionBodyDays: p.integer(),
    redactedBelow: p.uuid(),
    purgedAt: p.datetime().nullable(),
  },
});
export type Workspace = InferEntity<typeof WorkspaceTable>;

/**
 * A person; readable through membership only. The password's hash is the reviewed functions' alone: nobody else is granted
 * it. It is mapped lazily so that columns are selected by name: `select *` would ask for it, and be refused.
 */
export const AccountTable = defineEntity({
  name: 'Account',
  tableName: 'account',
  properties: {
    id: p.uuid().primary(),
    email: p.text(),
    name: p.text(),
    locale: p.text(),
    passwordHash: p.text().nullable().lazy().hidden(),
    createdAt: p.datetime(),
  },
});
export type Account = InferEntity<typeof AccountTable>;

export const MemberTable = defineEntity({
  name: 'Member',
  tableName: 'member',
  properties: {
    workspaceId: p.uuid().primary(),
    id: p.uuid().primary(),
    accountId: p.uuid(),
    role: p.text(),
    status: p.text(),
    createdAt: p.datetime(),
  },
});
export type Member = InferEntity<typeof MemberTable>;

export const SessionTable = defineEntity({
  name: 'Session',
  tableName: 'session',
  properties: {
    workspaceId: p.uuid().primary(),
    id: p.uuid().primary(),
    memberId: p.uuid(),
    tokenHash: p.blob(),
    userAgent: p.text().nullable(),
    address: p.text().nullable(),
    createdAt: p.datetime(),
    lastUsedAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
  },
});
export type Session = InferEntity<typeof SessionTable>;

export const ApiTokenTable = defineEntity({
  name: 'ApiToken',
  tableName: 'api_token',
  properties: {
    workspaceId: p.uuid().primary(),
    id: p.uuid().primary(),
    name: p.text(),
    keyId: p.text(),
    secretHash: p.blob(),
    hint: p.text(),
    scopes: p.array(),
    createdByKind: p.text(),
    createdById: p.uuid().nullable(),
    createdByName: p.text(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
  },
});
export type ApiToken = InferEntity<typeof ApiTokenTable>;
