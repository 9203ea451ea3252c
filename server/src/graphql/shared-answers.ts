import type { ExecutionResult } from 'graphql';
import type { FeedMessage } from '../live/feed-message.js';
import type { Reads } from './reads.js';

const answersOf = new WeakMap<Reads, Map<string, Promise<ExecutionResult>>>();

/**
 * One execution for all subscribers who ask the same, as the same caller, and are told the same: fifty tabs that follow
 * everything at 500 changes a second kept two cores busy each for itself.
 * @param question who asks what: the credential, its scopes, document and variables
 * @param message what it is told; subscribers of one batch of changes get equal ones
 */
export function shareAnswer(
  question: string,
  message: FeedMessage<unknown>,
  execute: () => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  let answers = answersOf.get(message.reads);
  if (!answers) answersOf.set(message.reads, (answers = new Map<string, Promise<ExecutionResult>>()));
  const key = `${question}\n${keyOf(message)}`;
  let answer = answers.get(key);
  if (!answer) answers.set(key, (answer = execute()));
  return answer;
}

function keyOf({ cursor, resync, changes }: FeedMessage<unknown>): string {
  const told = changes.map(({ id, kind, row }) => {
    const version = (row as { readonly version?: number } | null)?.version;
    return `${id}${kind}${String(version)}`;
  });
  return `${cursor} ${String(resync)} ${told.join()}`;
}
