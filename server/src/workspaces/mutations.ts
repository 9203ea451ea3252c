import {
  createApiToken,
  createWorkspace,
  decodeId,
  deleteWorkspace,
  findApiTokensById,
  resumeWorkspace,
  revokeApiToken,
  revokeSession,
  suspendWorkspace,
  updateRetention,
  updateWorkspace,
  updateWorkspaceSettings,
  type ListedWorkspace,
  type Result,
} from '@carillon/schema';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { Context } from '../graphql/context.js';
import { payloadErrors } from '../graphql/errors.js';
import { WorkspaceErrorCode } from './enums.js';
import {
  ApiTokenCreateInput,
  RetentionInput,
  WorkspaceCreateInput,
  WorkspaceSettingsInput,
  WorkspaceUpdateInput,
} from './inputs.js';
import {
  ApiTokenNode,
  ApiTokenPayload,
  ApiTokenSecretPayload,
  SessionNode,
  SessionPayload,
  WorkspaceNode,
  WorkspacePayload,
} from './types.js';

/** Fields of refusals that are arguments of their own. */
const ARGUMENTS = ['id', 'idempotencyKey'];
@Resolver()
export class WorkspaceMutations {
  @Mutation(() => WorkspacePayload, {
    description: 'Makes a workspace with its data key and its owner. Platform administrator.',
  })
  async workspaceCreate(
    @Arg('input', () => WorkspaceCreateInput, { description: 'The workspace.' }) input: WorkspaceCreateInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<WorkspacePayload> {
    const actor = context.requirePlatform();
    const { name, timeZone, locale, defaultPhoneRegion, mode, ownerEmail, ownerName, smsQuotaSegments = null } = input;
    const fields = { name, timeZone, locale, defaultPhoneRegion, mode, ownerEmail, ownerName, smsQuotaSegments };
    const made = await context.write(() => createWorkspace(context.deps, actor, { ...fields, idempotencyKey }));
    return workspacePayload(made, ARGUMENTS);
  }

  @Mutation(() => WorkspacePayload, { description: 'Changes a workspace. Platform administrator.' })
  async workspaceUpdate(
    @Arg('id', () => ID, { description: 'The workspace.' }) id: string,
    @Arg('input', () => WorkspaceUpdateInput, { description: 'What to change.' }) input: WorkspaceUpdateInput,
    @Ctx() context: Context,
  ): Promise<WorkspacePayload> {
    const actor = context.requirePlatform();
    const workspaceId = decodeId('workspace', id);
    return workspacePayload(
      await context.write(() => updateWorkspace(context.deps, actor, { ...given(input), workspaceId })),
      ARGUMENTS,
    );
  }

  @Mutation(() => WorkspacePayload, {
    description: 'Suspends a workspace: sessions and sockets end, deliveries wait. Platform administrator.',
  })
  async workspaceSuspend(
    @Arg('id', () => ID, { description: 'The workspace.' }) id: string,
    @Arg('reason', () => String, { description: 'Why, 1 to 500 characters.' }) reason: string,
    @Ctx() context: Context,
  ): Promise<WorkspacePayload> {
    const actor = context.requirePlatform();
    const workspaceId = decodeId('workspace', id);
    return workspacePayload(await context.write(() => suspendWorkspace(context.deps, actor, { workspaceId, reason })), [
      ...ARGUMENTS,
      'reason',
    ]);
  }

  @Mutation(() => WorkspacePayload, {
    description: 'Ends a suspension; what waited goes on, at a ramp. Platform administrator.',
  })
  async workspaceResume(
    @Arg('id', () => ID, { description: 'The workspace.' }) id: string,
    @Ctx() context: Context,
  ): Promise<WorkspacePayload> {
    const actor = context.requirePlatform();
    return workspacePayload(
      await context.write(() => resumeWorkspace(context.deps, actor, decodeId('workspace', id))),
      ARGUMENTS,
    );
  }

  @Mutation(() => WorkspacePayload, {
    description: 'Deletes a workspace and destroys its data key at once. Irreversible. Platform administrator.',
  })
  async workspaceDelete(
    @Arg('id', () => ID, { description: 'The workspace.' }) id: string,
    @Arg('name', () => String, { description: 'Its name, as a safeguard.' }) name: string,
    @Ctx() context: Context,
  ): Promise<WorkspacePayload> {
    const actor = context.requirePlatform();
    const workspaceId = decodeId('workspace', id);
    return workspacePayload(await context.write(() => deleteWorkspace(context.deps, actor, { workspaceId, name })), [
      ...ARGUMENTS,
      'name',
    ]);
  }

  @Mutation(() => WorkspacePayload, {
    description: "Changes one's own workspace. Role: admin. Scope: workspace:admin.",
  })
  async workspaceSettingsUpdate(
    @Arg('input', () => WorkspaceSettingsInput, { description: 'What to change.' }) input: WorkspaceSettingsInput,
    @Ctx() context: Context,
  ): Promise<WorkspacePayload> {
    const actor = context.require('workspace:admin');
    return workspacePayload(
      await context.write(() => updateWorkspaceSettings(context.deps, actor, given(input))),
      ARGUMENTS,
    );
  }

  @Mutation(() => WorkspacePayload, {
    description:
      'Changes how long events, deliveries and their bodies are kept. Less takes effect within the hour and is final. Role: admin. Scope: workspace:admin.',
  })
  async retentionUpdate(
    @Arg('input', () => RetentionInput, { description: 'What to change.' }) input: RetentionInput,
    @Ctx() context: Context,
  ): Promise<WorkspacePayload> {
    const actor = context.require('workspace:admin');
    return workspacePayload(await context.write(() => updateRetention(context.deps, actor, given(input))), ARGUMENTS);
  }

  @Mutation(() => SessionPayload, {
    description:
      "Ends a session and closes its sockets at once; one's own is signing out. Members their own; Role: owner. Scope: members:write for others'.",
  })
  async sessionRevoke(
    @Arg('id', () => ID, { description: 'The session.' }) id: string,
    @Ctx() context: Context,
  ): Promise<SessionPayload> {
    const actor = context.requireMemberOfWorkspace();
    const revoked = await context.write(() => revokeSession(context.deps, actor, decodeId('session', id)));
    if (!revoked.ok) return { session: null, errors: payloadErrors(WorkspaceErrorCode, revoked.error, ARGUMENTS) };
    return { session: new SessionNode(revoked.value), errors: [] };
  }

  @Mutation(() => ApiTokenSecretPayload, {
    description: 'Makes an API token; the payload shows it once. Role: admin. Scope: workspace:admin.',
  })
  async apiTokenCreate(
    @Arg('input', () => ApiTokenCreateInput, { description: 'The token.' }) input: ApiTokenCreateInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<ApiTokenSecretPayload> {
    const actor = context.require('workspace:admin');
    const { name, scopes, expiresAt = null } = input;
    const made = await context.write(() =>
      createApiToken(context.deps, actor, { name, scopes, expiresAt, idempotencyKey }),
    );
    if (!made.ok)
      return { apiToken: null, secret: null, errors: payloadErrors(WorkspaceErrorCode, made.error, ARGUMENTS) };
    const row = await context.load(findApiTokensById, made.value.tokenId);
    return { apiToken: row ? new ApiTokenNode(row) : null, secret: made.value.secret, errors: [] };
  }

  @Mutation(() => ApiTokenPayload, {
    description: 'Ends a token at once and closes its sockets. Role: admin. Scope: workspace:admin.',
  })
  async apiTokenRevoke(
    @Arg('id', () => ID, { description: 'The token.' }) id: string,
    @Ctx() context: Context,
  ): Promise<ApiTokenPayload> {
    const actor = context.require('workspace:admin');
    const revoked = await context.write(() => revokeApiToken(context.deps, actor, decodeId('apiToken', id)));
    if (!revoked.ok) return { apiToken: null, errors: payloadErrors(WorkspaceErrorCode, revoked.error, ARGUMENTS) };
    return { apiToken: new ApiTokenNode(revoked.value), errors: [] };
  }
}

function workspacePayload(result: Result<ListedWorkspace>, inArguments: readonly string[]): WorkspacePayload {
  if (!result.ok) return { workspace: null, errors: payloadErrors(WorkspaceErrorCode, result.error, inArguments) };
  return { workspace: new WorkspaceNode(result.value), errors: [] };
}

/** Null clears nothing here: every setting has a value. */
function given<Input extends object>(input: Input): { [Key in keyof Input]?: NonNullable<Input[Key]> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value != null)) as never;
}
