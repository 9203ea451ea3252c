import { z } from '../../zod.js';

/** What of the deliveries page stands in the URL. Lists are joined by commas; what makes no sense is left out. */
export const deliveriesSearch = z.object({
  /** `15m`, `1h`, `24h`, `7d`, `all`, or two moments joined by `~`. Absent: 24 hours. */
  range: z.string().optional().catch(undefined),
  status: z.string().optional().catch(undefined),
  endpoint: z.string().optional().catch(undefined),
  event: z.string().optional().catch(undefined),
  tests: z.enum(['only', 'none']).optional().catch(undefined),
  /** Only those of this replay: `job_…`. */
  replay: z.string().optional().catch(undefined),
  /** The delivery in the panel. */
  open: z.string().optional().catch(undefined),
  tab: z.enum(['request', 'response', 'headers']).optional().catch(undefined),
});
export type DeliveriesSearch = z.infer<typeof deliveriesSearch>;
