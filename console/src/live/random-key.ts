/** A key that makes the repeat of a mutation harmless. Not `randomUUID`: browsers keep that from plain HTTP hosts. */
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
