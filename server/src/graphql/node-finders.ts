import { decodeId, kindOfId, type IdKind } from '@carillon/schema';
import type { Context } from './context.js';
import type { NodeInterface } from './types.js';

/** Reads an entity by its uuid; null when it is not there, or not for this caller to see. */
export type NodeFinder = (context: Context, uuid: string) => Promise<NodeInterface | null>;

/** Every kind of entity that `node` can read; each feature brings its own. */
export type NodeFinders = Partial<Readonly<Record<IdKind, NodeFinder>>>;

/** Any entity by its shown id. */
export async function findNodeById(context: Context, id: string): Promise<NodeInterface | null> {
  const kind = kindOfId(id);
  const uuid = kind === null ? null : decodeId(kind, id);
  return kind === null || uuid === null ? null : context.findNode(kind, uuid);
}
