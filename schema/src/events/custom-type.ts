const MAX_LENGTH = 100;
const MAX_SEGMENTS = 6;
const CUSTOM_PATTERN = new RegExp(`^custom(\\.[a-z0-9_]+){1,${MAX_SEGMENTS}}$`);

/** What a custom name must look like, for messages. */
export const CUSTOM_NAME_SYNTAX = `custom.<segment>, with 1 to ${MAX_SEGMENTS} segments of a-z, 0-9 and _ after "custom", at most ${MAX_LENGTH} characters`;

/** Whether a name is meant to be one of the workspace's own types, well-formed or not. */
export function claimsToBeCustom(name: string): boolean {
  return name === 'custom' || name.startsWith('custom.');
}

/** Whether a name is a well-formed type of the workspace's own: `custom.<segment>(.<segment>)*`. */
export function isCustomName(name: string): boolean {
  return name.length <= MAX_LENGTH && CUSTOM_PATTERN.test(name);
}
