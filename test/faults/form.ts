/**
 * The faults are tried in two forms: a short one with every `npm test`, and a long one (`npm run test:faults`) with all
 * that takes its time.
 */
export const isLong = process.env.CARILLON_FAULTS === 'long';
