import type { UserError } from '../kernel/result.js';

/** What everybody is told who comes to a suspended workspace with a good credential. */
export const SUSPENDED: UserError = {
  code: 'FORBIDDEN',
  message: 'This workspace is suspended: ask whoever runs this installation. Nothing is lost.',
};
