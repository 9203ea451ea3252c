import { encodeId, type Endpoint, type EndpointSnapshot, wholeSeconds } from '@carillon/schema';
import { z } from 'zod';
import { idempotencyKeyField, text } from '../http/rest-input.js';

export const endpointId = z
  .string()
  .meta({ description: '`whe_` and a ULID.', examples: ['whe_01JXA4ZK3B8Q5R7S9T0V2W4X6Y'] });
const url = z
  .string()
  .meta({ description: 'HTTPS, at most 2,048 characters.', examples: ['https://hooks.example.com/enafeedback'] });
const events = z.array(z.string()).meta({
  description: 'Event type names, at most 50; `["*"]` for all present and future ones.',
  examples: [['survey.response.created', 'feedback.ticket.created']],
});
const enabled = z.boolean().meta({ description: 'A disabled endpoint keeps its configuration and gets nothing.' });
/** A moment as REST shows it. */
export const moment = z.string().meta({ format: 'date-time', examples: ['2026-06-07T10:30:00Z'] });
const secret = z
  .string()
  .nullable()
  .meta({
    description: '`whs_…`, shown this once. Null for an imported one.',
    examples: ['whs_xxxxxxxxxxxxxxxxxxxxxxxx'],
  });

export const endpointAnswer = z
  .strictObject({ id: endpointId, url, events, enabled, created_at: moment })
  .meta({ id: 'Endpoint', description: 'A URL that subscribes to event types.' });

export const endpointWithSecretAnswer = z
  .strictObject({ id: endpointId, url, events, enabled, secret, created_at: moment })
  .meta({ id: 'EndpointWithSecret', description: 'An endpoint with the secret its requests are signed with.' });

const urlInput = text().meta({ description: 'HTTPS, at most 2,048 characters. Several endpoints may have the same.' });
const eventsInput = z
  .array(text())
  .meta({ description: '1 to 50 event type names, or `["*"]` for all present and future ones.' });

export const endpointCreateBody = z
  .strictObject({
    url: urlInput,
    events: eventsInput,
    enabled: z.boolean().default(true),
    secret: text().optional().meta({ description: 'An existing `whsec_…` to go on with; one is made if absent.' }),
    ...idempotencyKeyField,
  })
  .meta({
    id: 'EndpointCreate',
    examples: [
      {
        url: 'https://hooks.example.com/enafeedback',
        events: ['survey.response.created', 'hygiene.submission.created'],
        enabled: true,
      },
    ],
  });

export const endpointUpdateBody = z
  .strictObject({ url: urlInput.optional(), events: eventsInput.optional(), enabled: z.boolean().optional() })
  .meta({
    id: 'EndpointUpdate',
    description: 'What is absent stays as it is.',
    examples: [{ url: 'https://new-url.example.com/hook', events: ['*'], enabled: false }],
  });

export const rotateBody = z
  .strictObject({
    overlap_seconds: z.int().min(0).max(86_400).optional().meta({
      description:
        'For how long the old secret signs too, as a second entry of `webhook-signature`. Without it, not at all.',
    }),
    ...idempotencyKeyField,
  })
  .meta({ id: 'SecretRotation' });

export const testBody = z
  .strictObject({
    event: text().meta({ description: 'The event type whose sample is sent.', examples: ['survey.response.created'] }),
    ...idempotencyKeyField,
  })
  .meta({ id: 'EndpointTest', examples: [{ event: 'survey.response.created' }] });

export const testAnswer = z
  .strictObject({
    id: z.string().meta({ description: 'The delivery, `del_` and a ULID.' }),
    event: z.string(),
    status: z.literal('pending'),
  })
  .meta({ id: 'TestDelivery' });

/** An endpoint as lists and reads show it. */
export function endpointOf({ id, url: address, events: names, enabled: isEnabled, createdAt }: Endpoint) {
  return {
    id: encodeId('endpoint', id),
    url: address,
    events: names,
    enabled: isEnabled,
    created_at: wholeSeconds(createdAt),
  };
}

/** An endpoint as creation and rotation answer: with its secret, this once. */
export function endpointWithSecretOf({ endpointId: id, endpoint, secret: shown }: EndpointSnapshot) {
  return {
    id: encodeId('endpoint', id),
    url: endpoint.url,
    events: [...endpoint.events],
    enabled: endpoint.enabled,
    secret: shown,
    created_at: wholeSeconds(new Date(endpoint.createdAt)),
  };
}
