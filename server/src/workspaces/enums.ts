import { registerEnumType } from 'type-graphql';

export const MemberRole = {
  OWNER: 'platform:owner',
  ADMIN: 'platform:admin',
  MEMBER: 'platform:member',
} as const;

registerEnumType(MemberRole, {
  name: 'MemberRole',
  description: "A member's role: a set of scopes. There is always an owner.",
  valuesConfig: {
    OWNER: { description: '`platform:owner`: every scope.' },
    ADMIN: { description: '`platform:admin`: all but members:read, members:write, audit:read and privacy:write.' },
    MEMBER: { description: '`platform:member`: tickets:write and every read scope but members:read and audit:read.' },
  },
});

export const WorkspaceMode = {
  LIVE: 'live',
  TEST: 'test',
} as const;

registerEnumType(WorkspaceMode, {
  name: 'WorkspaceMode',
  description: "Whether a workspace's mail and SMS go out.",
  valuesConfig: {
    LIVE: { description: 'They do.' },
    TEST: { description: 'They are kept, shown, and never leave the machine.' },
  },
});

export const MemberStatus = {
  INVITED: 'invited',
  ACTIVE: 'active',
} as const;

registerEnumType(MemberStatus, {
  name: 'MemberStatus',
  description: 'Whether a member has come in yet.',
  valuesConfig: {
    INVITED: { description: 'Invited; the link is valid for 7 days.' },
    ACTIVE: { description: 'Can sign in.' },
  },
});

export const Scope = {
  WEBHOOKS_READ: 'webhooks:read',
  WEBHOOKS_WRITE: 'webhooks:write',
  DELIVERIES_READ: 'deliveries:read',
  DELIVERIES_RETRY: 'deliveries:retry',
  EVENTS_READ: 'events:read',
  EVENTS_WRITE: 'events:write',
  SUBMISSIONS_WRITE: 'submissions:write',
  TICKETS_READ: 'tickets:read',
  TICKETS_WRITE: 'tickets:write',
  RULES_READ: 'rules:read',
  RULES_WRITE: 'rules:write',
  NOTIFICATIONS_READ: 'notifications:read',
  SMS_SEND: 'sms:send',
  HOOKS_READ: 'hooks:read',
  HOOKS_WRITE: 'hooks:write',
  AUDIT_READ: 'audit:read',
  WORKSPACE_ADMIN: 'workspace:admin',
  FEEDBACK_READ: 'feedback:read',
  FEEDBACK_WRITE: 'feedback:write',
  MEMBERS_READ: 'members:read',
  MEMBERS_WRITE: 'members:write',
  PRIVACY_WRITE: 'privacy:write',
} as const;

registerEnumType(Scope, {
  name: 'Scope',
  description: 'What an API token, and through its role a member, may do. Write does not include read.',
  valuesConfig: {
    WEBHOOKS_READ: { description: '`webhooks:read`: endpoints.' },
    WEBHOOKS_WRITE: { description: '`webhooks:write`: change and test endpoints.' },
    DELIVERIES_READ: { description: '`deliveries:read`: deliveries, attempts, figures.' },
    DELIVERIES_RETRY: { description: '`deliveries:retry`: retry and replay.' },
    EVENTS_READ: { description: '`events:read`: events and event types.' },
    EVENTS_WRITE: { description: '`events:write`: publish and declare `custom.*`.' },
    SUBMISSIONS_WRITE: { description: "`submissions:write`: submit on a visitor's behalf." },
    TICKETS_READ: { description: '`tickets:read`: tickets, conversations, ERP lookups.' },
    TICKETS_WRITE: { description: '`tickets:write`: work tickets, reply, note.' },
    RULES_READ: { description: '`rules:read`: notification rules.' },
    RULES_WRITE: { description: '`rules:write`: change and test them.' },
    NOTIFICATIONS_READ: { description: '`notifications:read`: notifications, suppressions, quota.' },
    SMS_SEND: { description: '`sms:send`: send SMS, suppress addresses.' },
    HOOKS_READ: { description: '`hooks:read`: hooks and their invocations.' },
    HOOKS_WRITE: { description: '`hooks:write`: change and test hooks, purge caches.' },
    AUDIT_READ: { description: '`audit:read`: audit entries, verification, export.' },
    WORKSPACE_ADMIN: { description: '`workspace:admin`: settings, tokens, keys, SMS gateways, email accounts, AI.' },
    FEEDBACK_READ: { description: '`feedback:read`: locations, posters, surveys, submissions.' },
    FEEDBACK_WRITE: { description: '`feedback:write`: change locations, posters, surveys.' },
    MEMBERS_READ: { description: '`members:read`: members and their sessions.' },
    MEMBERS_WRITE: { description: '`members:write`: invite, change, remove; end sessions.' },
    PRIVACY_WRITE: { description: '`privacy:write`: anonymise, export and erase a person.' },
  },
});

export const WorkspaceErrorCode = {
  NOT_FOUND: 'NOT_FOUND',
  IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED',
  VALIDATION: 'VALIDATION',
  UNAVAILABLE: 'UNAVAILABLE',
  FORBIDDEN: 'FORBIDDEN',
  LAST_OWNER: 'LAST_OWNER',
  CONFLICT: 'CONFLICT',
  CREDENTIALS_REFUSED: 'CREDENTIALS_REFUSED',
  QUOTA_EXCEEDED: 'QUOTA_EXCEEDED',
} as const;

registerEnumType(WorkspaceErrorCode, {
  name: 'WorkspaceErrorCode',
  description: 'Codes of WorkspaceError.',
  valuesConfig: {
    NOT_FOUND: { description: 'No such object here.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The key was used with other arguments.' },
    VALIDATION: { description: 'A value is out of bounds.' },
    UNAVAILABLE: { description: 'An encryption key or the AI provider is away.' },
    FORBIDDEN: { description: 'A scope or role the actor may not give.' },
    LAST_OWNER: { description: 'There must be an owner: make another one first.' },
    CONFLICT: { description: 'The address is taken, or it is so already.' },
    CREDENTIALS_REFUSED: { description: 'The AI provider refused the key.' },
    QUOTA_EXCEEDED: { description: 'The workspace has as many as it may.' },
  },
});
