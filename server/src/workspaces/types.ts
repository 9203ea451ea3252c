import {
  encodeId,
  hasScope,
  SCOPES,
  sessionEndsAt,
  type Actor,
  type Account,
  type ApiToken,
  type NamedMember,
  type Session,
  type ListedWorkspace,
} from '@carillon/schema';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar, EmailAddressScalar } from '../graphql/scalars.js';
import { ActorView, NodeInterface, PageInfo, UserErrorInterface } from '../graphql/types.js';
import { MemberRole, MemberStatus, Scope, WorkspaceErrorCode, WorkspaceMode } from './enums.js';

@ObjectType('Workspace', {
  description:
    'The tenant. All data belongs to exactly one. Settings of other sections extend it; in a workspace that is not the present one they are null.',
  implements: NodeInterface,
  simpleResolvers: true,
})
export class WorkspaceNode implements NodeInterface {
  readonly __typename = 'Workspace';

  constructor(readonly row: ListedWorkspace) {}

  @Field(() => ID, { description: '`ws_…`.' })
  get id(): string {
    return encodeId('workspace', this.row.id);
  }

  @Field(() => String, { description: 'Display name.' })
  get name(): string {
    return this.row.name;
  }

  @Field(() => String, { description: 'IANA time zone of opening hours, months and reports.' })
  get timeZone(): string {
    return this.row.timeZone;
  }

  @Field(() => String, { description: 'BCP 47, e.g. `tr`: for recipients of unknown language.' })
  get locale(): string {
    return this.row.locale;
  }

  @Field(() => String, { description: 'ISO 3166-1 alpha-2: how numbers without a country code are read, e.g. `TR`.' })
  get defaultPhoneRegion(): string {
    return this.row.defaultPhoneRegion;
  }

  @Field(() => WorkspaceMode, { description: 'Whether mail and SMS go out.' })
  get mode(): string {
    return this.row.mode;
  }

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when it is suspended: nobody gets in, nothing goes out, nothing is lost.',
  })
  get suspendedAt(): Date | null {
    return this.row.suspendedAt ?? null;
  }

  @Field(() => String, { nullable: true, description: 'Why.' })
  get suspendedReason(): string | null {
    return this.row.suspendedReason ?? null;
  }

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

@ObjectType('RetentionSettings', { description: 'How long a workspace keeps what.', simpleResolvers: true })
export class RetentionSettings {
  @Field(() => Int, {
    description:
      'After so long events, deliveries and attempts go, as soon as it is so for every workspace. Default 24.',
  })
  readonly months!: number;

  @Field(() => Int, { description: 'After so long bodies of events and attempts are emptied. Default 90.' })
  readonly bodyDays!: number;
}

@ObjectType('Account', {
  description: 'A person who signs in; the same in all workspaces.',
  implements: NodeInterface,
  simpleResolvers: true,
})
export class AccountNode implements NodeInterface {
  readonly __typename = 'Account';

  constructor(readonly row: Account) {}

  @Field(() => ID, { description: '`acc_…`.' })
  get id(): string {
    return encodeId('account', this.row.id);
  }

  @Field(() => EmailAddressScalar, { description: 'For sign-in and notifications; unique, in lower case.' })
  get email(): string {
    return this.row.email;
  }

  @Field(() => String, { description: 'Display name.' })
  get name(): string {
    return this.row.name;
  }

  @Field(() => String, { description: 'BCP 47 language of the console.' })
  get locale(): string {
    return this.row.locale;
  }

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

@ObjectType('Member', {
  description:
    'An account in a workspace, with one role. Email, phone, preferences and sessions are seen by the member and with members:read; others see name and role.',
  implements: NodeInterface,
  simpleResolvers: true,
})
export class MemberNode implements NodeInterface {
  readonly __typename = 'Member';

  constructor(readonly row: NamedMember) {}

  @Field(() => ID, { description: '`mem_…`.' })
  get id(): string {
    return encodeId('member', this.row.id);
  }

  @Field(() => String, { description: 'Display name.' })
  get name(): string {
    return this.row.name;
  }

  @Field(() => MemberRole, { description: 'What the member may do.' })
  get role(): string {
    return this.row.role;
  }

  @Field(() => MemberStatus, { description: 'Whether they have come in yet.' })
  get status(): string {
    return this.row.status;
  }

  @Field(() => DateTimeScalar, { description: 'When they were invited.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

@ObjectType('Session', {
  description:
    "An account's signed-in browser, in one workspace at a time. Ends 12 h after its last use, at the latest 30 days after it began.",
  implements: NodeInterface,
  simpleResolvers: true,
})
export class SessionNode implements NodeInterface {
  readonly __typename = 'Session';

  constructor(readonly row: Session) {}

  @Field(() => ID, { description: '`sgn_…`.' })
  get id(): string {
    return encodeId('session', this.row.id);
  }

  @Field(() => String, { description: 'Network address at sign-in.' })
  get address(): string {
    return this.row.address ?? '';
  }

  @Field(() => String, { nullable: true, description: 'Browser at sign-in.' })
  get userAgent(): string | null {
    return this.row.userAgent ?? null;
  }

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => DateTimeScalar, { description: 'When it was last used.' })
  get lastUsedAt(): Date {
    return this.row.lastUsedAt;
  }

  @Field(() => DateTimeScalar, { description: 'When it ends if not used.' })
  get expiresAt(): Date {
    return sessionEndsAt(this.row);
  }
}

@ObjectType('ApiToken', {
  description: "A service account's bearer token `efa_sk_…`. Only its hash is kept.",
  implements: NodeInterface,
  simpleResolvers: true,
})
export class ApiTokenNode implements NodeInterface {
  readonly __typename = 'ApiToken';

  constructor(readonly row: ApiToken) {}

  @Field(() => ID, { description: '`tok_…`.' })
  get id(): string {
    return encodeId('apiToken', this.row.id);
  }

  @Field(() => String, { description: 'What it is for.' })
  get name(): string {
    return this.row.name;
  }

  @Field(() => String, { description: "The token's last four characters." })
  get hint(): string {
    return this.row.hint;
  }

  @Field(() => [Scope], { description: 'What it may do.' })
  get scopes(): readonly string[] {
    return this.row.scopes;
  }

  @Field(() => ActorView, { description: 'Who made it.' })
  get createdBy(): ActorView {
    const { createdByKind: kind, createdById: id, createdByName: name } = this.row;
    return { kind, id: id == null ? null : shownActorId(kind, id), name };
  }

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it stops working; null for never.' })
  get expiresAt(): Date | null {
    return this.row.expiresAt ?? null;
  }

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last used, to the minute.' })
  get lastUsedAt(): Date | null {
    return this.row.lastUsedAt ?? null;
  }
}

@ObjectType('Viewer', {
  description: 'Who asks: an account with a session, an API token, or a platform administrator.',
  simpleResolvers: true,
})
export class Viewer {
  constructor(readonly actor: Actor) {}

  @Field(() => Boolean, { description: 'True for `efa_admin_…`.' })
  get platformAdministrator(): boolean {
    return this.actor.kind === 'platform_administrator';
  }

  @Field(() => [Scope], { description: 'What the viewer may do here; hide the rest.' })
  get scopes(): readonly string[] {
    return SCOPES.filter((scope) => hasScope(this.actor, scope));
  }
}

@ObjectType('WorkspaceEdge', { description: 'A workspace in a page.', simpleResolvers: true })
export class WorkspaceEdge {
  @Field(() => String, { description: 'Pass to `after`.' })
  readonly cursor!: string;

  @Field(() => WorkspaceNode, { description: 'The workspace.' })
  readonly node!: WorkspaceNode;
}

@ObjectType('WorkspaceConnection', { description: 'A page of workspaces, by name.', simpleResolvers: true })
export class WorkspaceConnection {
  @Field(() => [WorkspaceEdge], { description: 'With cursors.' })
  readonly edges!: readonly WorkspaceEdge[];

  @Field(() => [WorkspaceNode], { description: 'Without.' })
  readonly nodes!: readonly WorkspaceNode[];

  @Field(() => PageInfo, { description: 'How to go on.' })
  readonly pageInfo!: PageInfo;

  @Field(() => Int, { description: 'All that match.' })
  readonly totalCount!: number;
}

@ObjectType('WorkspaceError', {
  description: 'Why a change to the workspace, its people, keys or settings was refused.',
  implements: UserErrorInterface,
  simpleResolvers: true,
})
export class WorkspaceError implements UserErrorInterface {
  @Field(() => WorkspaceErrorCode, { description: 'What to act on.' })
  readonly code!: string;

  @Field(() => String, { description: 'For people.' })
  readonly message!: string;

  @Field(() => [String], { nullable: true, description: 'Path in the arguments.' })
  readonly field!: readonly string[] | null;

  @Field(() => Int, { nullable: true, description: 'When it is worth trying again.' })
  readonly retryAfterSeconds!: number | null;
}

@ObjectType('WorkspacePayload', {
  description: 'What became of a change to the workspace or its settings.',
  simpleResolvers: true,
})
export class WorkspacePayload {
  @Field(() => WorkspaceNode, { nullable: true, description: 'The workspace.' })
  readonly workspace!: WorkspaceNode | null;

  @Field(() => [WorkspaceError], { description: 'Why not.' })
  readonly errors!: readonly WorkspaceError[];
}

@ObjectType('SessionPayload', { description: 'What became of ending a session.', simpleResolvers: true })
export class SessionPayload {
  @Field(() => SessionNode, { nullable: true, description: 'The session as it last was.' })
  readonly session!: SessionNode | null;

  @Field(() => [WorkspaceError], { description: 'Why not.' })
  readonly errors!: readonly WorkspaceError[];
}

@ObjectType('ApiTokenPayload', { description: 'What became of revoking a token.', simpleResolvers: true })
export class ApiTokenPayload {
  @Field(() => ApiTokenNode, { nullable: true, description: 'The token as it last was.' })
  readonly apiToken!: ApiTokenNode | null;

  @Field(() => [WorkspaceError], { description: 'Why not.' })
  readonly errors!: readonly WorkspaceError[];
}

@ObjectType('ApiTokenSecretPayload', { description: 'What became of a new token.', simpleResolvers: true })
export class ApiTokenSecretPayload {
  @Field(() => ApiTokenNode, { nullable: true, description: "The token's entry." })
  readonly apiToken!: ApiTokenNode | null;

  @Field(() => String, { nullable: true, description: 'The token itself, `efa_sk_…`; shown this once.' })
  readonly secret!: string | null;

  @Field(() => [WorkspaceError], { description: 'Why not.' })
  readonly errors!: readonly WorkspaceError[];
}

/** A maker's id as it is shown; Carillon itself and platform administrators have none. */
/** An actor's id as it is shown; null for those without one. */
export function shownActorId(kind: string, id: string): string | null {
  if (kind === 'member') return encodeId('member', id);
  return kind === 'api_token' ? encodeId('apiToken', id) : null;
}
