import { PLATFORM_WORKSPACE } from '@carillon/schema';
import type { Scan } from './claimed.js';

const BEGIN = PLATFORM_WORKSPACE;
const END = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Where the next claim goes on. One claim looks at 64 workspaces and 256 lanes; a pass is over when every workspace's lanes
 * have been seen once. A workspace that is done waits at its end for the others, so that a pass comes to an end.
 */
export class Position {
  private after = BEGIN;
  private lanes = new Map<string, string>();

  /** The last three parameters of carillon.claim(). */
  get parameters(): readonly [after: string, spaces: string[], lanes: string[]] {
    return [this.after, [...this.lanes.keys()], [...this.lanes.values()]];
  }

  /** Moves on. @returns whether the pass is over */
  move(scan: Scan): boolean {
    const from = this.after;
    const to = scan.after ?? END;
    for (const space of this.lanes.keys()) if (space > from && space <= to) this.lanes.set(space, END);
    for (const [space, lane] of Object.entries(scan.cut ?? {})) this.lanes.set(space, lane);
    if (scan.after !== null) {
      this.after = scan.after;
      return false;
    }
    this.after = BEGIN;
    if ([...this.lanes.values()].some((lane) => lane !== END)) return false;
    this.lanes.clear();
    return true;
  }
}
