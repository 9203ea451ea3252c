import {
  createEndpoint,
  decodeId,
  deleteEndpoint,
  retryDelivery,
  rotateEndpointSecret,
  testEndpoint,
  updateEndpoint,
  type EndpointFields as GivenFields,
  type Result,
  type EndpointSecret,
} from '@carillon/schema';
import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { Context } from '../graphql/context.js';
import { payloadErrors } from '../graphql/errors.js';
import { JsonScalar } from '../graphql/scalars.js';
import { WebhookErrorCode } from './enums.js';
import { EndpointCreateInput, EndpointUpdateInput } from './inputs.js';
import { findDeliveryNode, findEndpointNode } from './nodes.js';
import { DeliveryPayload, EndpointPayload, EndpointSecretPayload } from './payloads.js';
import { EndpointNode } from './types.js';

/** Fields of refusals that are arguments of their own, not part of `input`. */
const ARGUMENTS = ['id', 'idempotencyKey', 'overlapSeconds', 'event', 'data', 'force'];
@Resolver()
export class WebhookMutations {
  @Mutation(() => EndpointSecretPayload, {
    description: 'Makes an endpoint; the payload shows its secret once. Role: admin. Scope: webhooks:write.',
  })
  async endpointCreate(
    @Arg('input', () => EndpointCreateInput, { description: 'The endpoint.' }) input: EndpointCreateInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<EndpointSecretPayload> {
    const actor = context.require('webhooks:write');
    const made = await context.write(() =>
      createEndpoint(context.deps, actor, {
        ...fieldsOf(input),
        url: input.url,
        events: input.events,
        secret: input.secret ?? null,
        idempotencyKey,
      }),
    );
    return secretPayload(context, made, ['idempotencyKey']);
  }

  @Mutation(() => EndpointPayload, { description: 'Changes an endpoint. Role: admin. Scope: webhooks:write.' })
  async endpointUpdate(
    @Arg('id', () => ID, { description: 'The endpoint.' }) id: string,
    @Arg('input', () => EndpointUpdateInput, { description: 'What to change.' }) input: EndpointUpdateInput,
    @Ctx() context: Context,
  ): Promise<EndpointPayload> {
    const actor = context.require('webhooks:write');
    const endpointId = decodeId('endpoint', id);
    const updated = await context.write(() => updateEndpoint(context.deps, actor, { ...fieldsOf(input), endpointId }));
    if (!updated.ok) return { endpoint: null, errors: payloadErrors(WebhookErrorCode, updated.error, ['id']) };
    return { endpoint: await findEndpointNode(context, updated.value.endpointId), errors: [] };
  }

  @Mutation(() => EndpointPayload, {
    description: 'Deletes an endpoint with its deliveries and secret, at once. Role: admin. Scope: webhooks:write.',
  })
  async endpointDelete(
    @Arg('id', () => ID, { description: 'The endpoint.' }) id: string,
    @Ctx() context: Context,
  ): Promise<EndpointPayload> {
    const actor = context.require('webhooks:write');
    const deleted = await context.write(() => deleteEndpoint(context.deps, actor, decodeId('endpoint', id)));
    if (!deleted.ok) return { endpoint: null, errors: payloadErrors(WebhookErrorCode, deleted.error, ARGUMENTS) };
    return { endpoint: new EndpointNode(deleted.value), errors: [] };
  }

  @Mutation(() => EndpointSecretPayload, {
    description:
      'Makes a new secret, shown once. The old one signs on as a second `webhook-signature` for the overlap (one at most). Role: admin. Scope: webhooks:write.',
  })
  async endpointSecretRotate(
    @Arg('id', () => ID, { description: 'The endpoint.' }) id: string,
    @Arg('overlapSeconds', () => Int, { description: '0 to 86,400.', defaultValue: 0 }) overlapSeconds: number,
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<EndpointSecretPayload> {
    const actor = context.require('webhooks:write');
    const endpointId = decodeId('endpoint', id);
    const rotated = await context.write(() =>
      rotateEndpointSecret(context.deps, actor, { endpointId, overlapSeconds, idempotencyKey }),
    );
    return secretPayload(context, rotated, ARGUMENTS);
  }

  @Mutation(() => DeliveryPayload, {
    description:
      'Sends a test event (`"test": true`), also to a disabled endpoint; feeds no rule, replay, figure or quota. Role: admin. Scope: webhooks:write.',
  })
  async endpointTest(
    @Arg('id', () => ID, { description: 'The endpoint.' }) id: string,
    @Arg('event', () => String, { description: 'Event type name.' }) event: string,
    @Arg('data', () => JsonScalar, {
      nullable: true,
      description: "Default: the type's sample; needed for a custom type without one.",
    })
    data: unknown,
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<DeliveryPayload> {
    const actor = context.require('webhooks:write');
    const endpointId = decodeId('endpoint', id);
    const dataText = data === undefined ? null : JSON.stringify(data);
    const sent = await context.write(() =>
      testEndpoint(context.deps, actor, { endpointId, event, dataText, idempotencyKey }),
    );
    return deliveryPayload(context, sent);
  }

  @Mutation(() => DeliveryPayload, {
    description:
      'Makes one attempt now of a failed or waiting delivery; if it fails, all is as before. See `WebhookErrorCode.CONFLICT`. Role: admin. Scope: deliveries:retry.',
  })
  async deliveryRetry(
    @Arg('id', () => ID, { description: 'The delivery.' }) id: string,
    @Arg('force', () => Boolean, { description: 'Also a delivered one.', defaultValue: false }) force: boolean,
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<DeliveryPayload> {
    const actor = context.require('deliveries:retry');
    const deliveryId = decodeId('delivery', id);
    const retried = await context.write(() =>
      retryDelivery(context.deps, actor, { deliveryId, force, idempotencyKey }),
    );
    return deliveryPayload(context, retried);
  }
}

async function secretPayload(
  context: Context,
  result: Result<EndpointSecret>,
  inArguments: readonly string[],
): Promise<EndpointSecretPayload> {
  if (!result.ok)
    return {
      endpoint: null,
      secret: null,
      standardSecret: null,
      errors: payloadErrors(WebhookErrorCode, result.error, inArguments),
    };
  const { endpointId, secret, standardSecret } = result.value;
  return { endpoint: await findEndpointNode(context, endpointId), secret, standardSecret, errors: [] };
}

async function deliveryPayload(context: Context, result: Result<{ deliveryId: string }>): Promise<DeliveryPayload> {
  if (!result.ok) return { delivery: null, errors: payloadErrors(WebhookErrorCode, result.error, ARGUMENTS) };
  return { delivery: await findDeliveryNode(context, result.value.deliveryId), errors: [] };
}

/** What creation and update have in common; null where an update may not clear counts as not given. */
function fieldsOf(input: EndpointUpdateInput): GivenFields {
  const { url, events, enabled, ...rest } = input;
  const { description, metadata, externalId, locationIds, payloadVersion, settings } = rest;
  return {
    ...(url != null && { url }),
    ...(events != null && { events }),
    ...(enabled != null && { enabled }),
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
    ...(externalId !== undefined && { externalId }),
    ...(locationIds !== undefined && { locationIds }),
    ...(payloadVersion !== undefined && { payloadVersion }),
    ...(settings != null && { settings }),
  };
}
