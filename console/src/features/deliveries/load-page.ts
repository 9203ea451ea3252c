import type { Client } from '@urql/core';
import type { DeliveryFilter, DeliveryRowFragment } from '../../gql/graphql.js';
import type { Page } from '../../live/tail.js';
import type { Older } from '../../live/use-tail.js';
import { matches, serverFilter, type Criteria } from './criteria.js';
import { DeliveriesDocument } from './deliveries.graphql.js';

const pageRows = 50;
/** Pages asked for in a row where narrowing leaves too few rows to fill a screen. */
const pagesAtMost = 5;
const enoughRows = 20;

function withBefore(filter: DeliveryFilter, before: string): DeliveryFilter {
  // `to` is exclusive: one ms on, so that rows of the same ms are not left out. Repeats are merged by id.
  const to = new Date(Date.parse(before) + 1).toISOString();
  const known = filter.range?.to;
  return { ...filter, range: { ...filter.range, to: known && known < to ? known : to } };
}

/** Reads a page of deliveries that match the criteria. Throws what the server or the network says. */
export async function loadPage(client: Client, criteria: Criteria, older?: Older): Promise<Page<DeliveryRowFragment>> {
  const nowMs = Date.now();
  const base = serverFilter(criteria, nowMs);
  const filter = older && 'before' in older ? withBefore(base, older.before) : base;
  let after = older && 'after' in older ? older.after : null;
  const rows: DeliveryRowFragment[] = [];
  for (let page = 1; ; page += 1) {
    const { data, error } = await client.query(DeliveriesDocument, { first: pageRows, after, filter }).toPromise();
    if (error) throw error;
    if (!data) throw new Error('The server sent no data.');
    rows.push(...data.deliveries.nodes.filter((row) => matches(criteria, row, nowMs)));
    after = data.deliveries.pageInfo.endCursor ?? null;
    const { hasNextPage } = data.deliveries.pageInfo;
    if (!hasNextPage || rows.length >= enoughRows || page >= pagesAtMost) {
      return { rows, hasMore: hasNextPage, cursor: after };
    }
  }
}
