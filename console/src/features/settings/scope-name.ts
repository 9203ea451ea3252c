import type { Scope } from '../../gql/graphql.js';

/** `WEBHOOKS_READ` as people and the REST API write it: `webhooks:read`. */
export function scopeName(scope: Scope): string {
  return scope.toLowerCase().replace('_', ':');
}
