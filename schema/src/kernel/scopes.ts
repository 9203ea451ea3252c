/** What an API token, and through its role a member, may do. Write does not include read (spec/1 §4.12). */
export const SCOPES = [
  'webhooks:read',
  'webhooks:write',
  'deliveries:read',
  'deliveries:retry',
  'events:read',
  'events:write',
  'submissions:write',
  'tickets:read',
  'tickets:write',
  'rules:read',
  'rules:write',
  'notifications:read',
  'sms:send',
  'hooks:read',
  'hooks:write',
  'audit:read',
  'workspace:admin',
  'feedback:read',
  'feedback:write',
  'members:read',
  'members:write',
  'privacy:write',
] as const;

export type Scope = (typeof SCOPES)[number];

export const ROLES = ['platform:owner', 'platform:admin', 'platform:member'] as const;

export type Role = (typeof ROLES)[number];

const OWNER_ONLY: readonly Scope[] = ['members:read', 'members:write', 'audit:read', 'privacy:write'];
const NOT_FOR_MEMBERS: readonly Scope[] = ['members:read', 'audit:read'];

/** The scopes a role stands for. */
export const ROLE_SCOPES: Readonly<Record<Role, ReadonlySet<Scope>>> = {
  'platform:owner': new Set(SCOPES),
  'platform:admin': new Set(SCOPES.filter((scope) => !OWNER_ONLY.includes(scope))),
  'platform:member': new Set(
    SCOPES.filter(
      (scope) => scope === 'tickets:write' || (scope.endsWith(':read') && !NOT_FOR_MEMBERS.includes(scope)),
    ),
  ),
};

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}
