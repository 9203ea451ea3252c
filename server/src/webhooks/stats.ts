import {
  ALL_ENDPOINTS,
  emptySums,
  findDeliveryStats,
  findEndpointHealth,
  findLastDays,
  findPending,
  ok,
  type DeliveryStats as StatsRow,
  type Pending,
  type Result,
  type StatsSpan,
  type TimeBucket as Bucket,
  type Tx,
} from '@carillon/schema';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Context } from '../graphql/context.js';
import { unwrap } from '../graphql/errors.js';
import type { BatchRead } from '../graphql/reads.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { TimeRangeInput } from '../graphql/types.js';
import { WorkspaceNode } from '../workspaces/types.js';
import { TimeBucket } from './enums.js';
import { DeliveryStats, EndpointHealth, PENDING_DESCRIPTION } from './health-types.js';
import { EndpointNode } from './types.js';

const RANGE = 'Which span; at most 24 months. By default until now, and as long as `bucket` allows.';
const BUCKET = 'Width of a bar.';

@Resolver(() => EndpointNode)
export class EndpointFigures {
  @FieldResolver(() => EndpointHealth, { description: 'How it is doing.' })
  async health(@Root() { row }: EndpointNode, @Ctx() context: Context): Promise<EndpointHealth> {
    return new EndpointHealth(row.id, (await context.load(findEndpointHealth, row.id)) ?? NO_LANE);
  }

  @FieldResolver(() => [DeliveryStats], {
    nullable: true,
    description:
      'Its figures over time. Empty bars are left out; without `bucket` one bar for the whole range. Scope: deliveries:read.',
  })
  async stats(
    @Root() { row }: EndpointNode,
    @Arg('range', () => TimeRangeInput, { description: RANGE }) range: TimeRangeInput,
    @Arg('bucket', () => TimeBucket, { nullable: true, description: BUCKET }) bucket: Bucket | null,
    @Ctx() context: Context,
  ): Promise<readonly DeliveryStats[] | null> {
    return context.can('deliveries:read') ? loadStats(context, row.id, { ...range, bucket }) : null;
  }
}

/** An endpoint just deleted has no lane any more. */
const NO_LANE = {
  circuit: 'closed',
  failingSince: null,
  exhaustedInARow: 0,
  concurrency: 0,
  pausesAt: null,
  pendingCount: 0,
  oldestDueAt: null,
  lastDeliveredAt: null,
} as const;

@Resolver(() => EndpointHealth)
export class HealthFigures {
  @FieldResolver(() => DeliveryStats, { description: 'Figures of the last 24 hours.' })
  async lastDay(@Root() { endpointId }: EndpointHealth, @Ctx() context: Context): Promise<DeliveryStats> {
    const now = new Date();
    return new DeliveryStats((await context.load(findLastDays, endpointId)) ?? { from: now, to: now, ...emptySums() });
  }
}

@Resolver(() => WorkspaceNode)
export class WorkspaceFigures {
  @FieldResolver(() => Int, { nullable: true, description: `${PENDING_DESCRIPTION} Scope: deliveries:read.` })
  async pendingCount(@Root() parent: WorkspaceNode, @Ctx() context: Context): Promise<number | null> {
    return (await pendingOf(context, parent))?.pendingCount ?? null;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'Due time of the oldest that should have gone. Scope: deliveries:read.',
  })
  async oldestDueAt(@Root() parent: WorkspaceNode, @Ctx() context: Context): Promise<Date | null> {
    return (await pendingOf(context, parent))?.oldestDueAt ?? null;
  }

  @FieldResolver(() => [DeliveryStats], {
    nullable: true,
    description:
      'Figures of all endpoints over time. Empty bars are left out; without `bucket` one bar for the whole range. Scope: deliveries:read.',
  })
  async deliveryStats(
    @Root() parent: WorkspaceNode,
    @Arg('range', () => TimeRangeInput, { description: RANGE }) range: TimeRangeInput,
    @Arg('bucket', () => TimeBucket, { nullable: true, description: BUCKET }) bucket: Bucket | null,
    @Ctx() context: Context,
  ): Promise<readonly DeliveryStats[] | null> {
    return mayRead(context, parent) ? loadStats(context, ALL_ENDPOINTS, { ...range, bucket }) : null;
  }
}

/** Of another workspace than the present one nothing is told. */
function mayRead(context: Context, workspace: WorkspaceNode): boolean {
  const { actor } = context;
  if (actor === null || actor.kind === 'platform_administrator') return false;
  return actor.workspaceId === workspace.row.id && context.can('deliveries:read');
}

async function pendingOf(context: Context, workspace: WorkspaceNode): Promise<Pending | undefined> {
  return mayRead(context, workspace) ? context.load(readPending, workspace.row.id) : undefined;
}

async function readPending(tx: Tx): Promise<Map<string, Pending>> {
  return new Map([[tx.workspaceId, await findPending(tx)]]);
}

/** Every endpoint of a page is asked for the same span: one statement reads them all. */
type StatsBatch = BatchRead<string, Result<StatsRow[]>>;
const batches = new WeakMap<Context, Map<string, StatsBatch>>();

async function loadStats(context: Context, endpointId: string, span: StatsSpan): Promise<readonly DeliveryStats[]> {
  const own = batches.get(context) ?? new Map<string, StatsBatch>();
  batches.set(context, own);
  const key = JSON.stringify([span.from ?? null, span.to ?? null, span.bucket ?? null]);
  const batch = own.get(key) ?? batchOf(span);
  own.set(key, batch);
  const found = await context.load(batch, endpointId);
  return found ? unwrap(found).map((row) => new DeliveryStats(row)) : [];
}

function batchOf(span: StatsSpan): StatsBatch {
  return async (tx, endpointIds) => {
    const found = await findDeliveryStats(tx, endpointIds, span);
    return new Map(endpointIds.map((id) => [id, found.ok ? ok(found.value.get(id) ?? []) : found]));
  };
}
