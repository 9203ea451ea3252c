/** The Chromium to test with; see chromium.mjs, which is plain JavaScript because the runner of all tests uses it, too. */
export function findChromium(): string | undefined;
