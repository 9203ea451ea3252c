import {
  FIGURE_ERROR_CLASSES,
  latencyPercentile,
  MAX_PENDING_COUNTED,
  type DeliveryStats as StatsRow,
  type EndpointHealth as HealthRow,
} from '@carillon/schema';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { CircuitState, ErrorClass } from '../graphql/enums.js';
import { DateTimeScalar } from '../graphql/scalars.js';

/** What every count of pending deliveries says of itself. */
export const PENDING_DESCRIPTION = `Deliveries on their way; counting stops at ${MAX_PENDING_COUNTED.toLocaleString('en')}.`;

@ObjectType('ErrorCount', { description: 'How often something went wrong.', simpleResolvers: true })
export class ErrorCount {
  @Field(() => ErrorClass, { description: 'What.' })
  readonly errorClass!: string;

  @Field(() => Int, { description: 'How often.' })
  readonly count!: number;
}

@ObjectType('DeliveryStats', {
  description: 'Figures of deliveries in a span of time. Test deliveries are not counted.',
  simpleResolvers: true,
})
export class DeliveryStats {
  readonly __typename = 'DeliveryStats';

  constructor(private readonly row: StatsRow) {}

  @Field(() => DateTimeScalar, { description: 'Begin of the span.' })
  get from(): Date {
    return this.row.from;
  }

  @Field(() => DateTimeScalar, { description: 'End of the span.' })
  get to(): Date {
    return this.row.to;
  }

  @Field(() => Int, { description: 'Requests made.' })
  get attemptCount(): number {
    return this.row.attempts;
  }

  @Field(() => Int, { description: 'Deliveries that arrived.' })
  get deliveredCount(): number {
    return this.row.delivered;
  }

  @Field(() => Int, { description: 'Deliveries that used up their attempts.' })
  get failedCount(): number {
    return this.row.failed;
  }

  @Field(() => [ErrorCount], { description: 'Requests that failed, by what went wrong.' })
  get errors(): readonly ErrorCount[] {
    return FIGURE_ERROR_CLASSES.map((errorClass, place) => ({ errorClass, count: this.row.errors[place] ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count);
  }

  @Field(() => Float, { nullable: true, description: 'Delivered of all ended deliveries; null when none ended.' })
  get successRate(): number | null {
    const { delivered, failed } = this.row;
    return delivered + failed === 0 ? null : delivered / (delivered + failed);
  }

  @Field(() => Int, { nullable: true, description: 'Median time of a request, in ms; null without requests.' })
  get p50Ms(): number | null {
    return latencyPercentile(this.row.latency, 0.5);
  }

  @Field(() => Int, { nullable: true, description: '95 % were at most as slow.' })
  get p95Ms(): number | null {
    return latencyPercentile(this.row.latency, 0.95);
  }

  @Field(() => Int, { nullable: true, description: '99 % were at most as slow.' })
  get p99Ms(): number | null {
    return latencyPercentile(this.row.latency, 0.99);
  }
}

@ObjectType('EndpointHealth', { description: 'How an endpoint is doing.', simpleResolvers: true })
export class EndpointHealth {
  constructor(
    readonly endpointId: string,
    private readonly row: HealthRow,
  ) {}

  @Field(() => CircuitState, { description: 'Whether requests go out.' })
  get circuit(): string {
    return this.row.circuit;
  }

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when every attempt has failed; null when the last one succeeded.',
  })
  get failingSince(): Date | null {
    return this.row.failingSince;
  }

  @Field(() => Int, { description: 'Deliveries exhausted in a row.' })
  get exhaustedInARow(): number {
    return this.row.exhaustedInARow;
  }

  @Field(() => Int, { description: 'Requests in flight it may have now.' })
  get concurrency(): number {
    return this.row.concurrency;
  }

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it will be disabled if nothing changes; owners are told at half way.',
  })
  get pausesAt(): Date | null {
    return this.row.pausesAt;
  }

  @Field(() => Int, { description: PENDING_DESCRIPTION })
  get pendingCount(): number {
    return this.row.pendingCount;
  }

  @Field(() => DateTimeScalar, { nullable: true, description: 'Due time of the oldest that should have gone.' })
  get oldestDueAt(): Date | null {
    return this.row.oldestDueAt;
  }

  @Field(() => DateTimeScalar, { nullable: true, description: 'Last 2xx.' })
  get lastDeliveredAt(): Date | null {
    return this.row.lastDeliveredAt;
  }
}
