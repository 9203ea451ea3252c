import { z } from '../../zod.js';

/** What of the events page stands in the URL. */
export const eventsSearch = z.object({
  tab: z.enum(['catalogue']).optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  tests: z.enum(['only', 'none']).optional().catch(undefined),
  /** The event in the panel, or in the catalogue the name of a type. */
  open: z.string().optional().catch(undefined),
});
export type EventsSearch = z.infer<typeof eventsSearch>;
