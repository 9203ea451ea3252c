import { z } from 'zod';

/** An id as shown, e.g. `loc_…`. Any string: the documented samples hold ids that are no ULIDs. */
export function idField(prefix: string) {
  return z.string().min(1).describe(`\`${prefix}_…\`.`);
}

/** A moment in an event: UTC, whole seconds, `Z` (spec/1 §4.13). */
export function momentField(description: string) {
  return z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
    .meta({ format: 'date-time', description });
}

/** Whoever did something: the id of a member, token, rule or hook, else what kind of actor it was. */
export function actorField(description: string) {
  return z
    .string()
    .min(1)
    .describe(
      `${description} \`mem_…\`, \`tok_…\`, \`nrl_…\` or \`hok_…\`, else \`visitor\`, \`system\` or \`platform_administrator\`.`,
    );
}

/** Where something happened. */
export const locationFields = {
  location_id: idField('loc'),
  location_name: z.string().describe('Its name at the time.'),
};

/** What went wrong with an endpoint's last attempt. */
export const lastErrorField = z.string().describe('Error class of the last attempt, e.g. `http_5xx` or `timeout`.');

/** A member as an event shows them. */
export const memberField = z.strictObject({ id: idField('mem'), name: z.string(), email: z.string() });
