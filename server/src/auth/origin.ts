/**
 * Whether a browser's request comes from our own pages. Browsers name the Origin with every POST and every WebSocket;
 * who sends none is no browser, and brings no cookie it was lured into sending.
 */
export function isOwnOrigin(origin: string | undefined, publicUrl: string): boolean {
  return origin === undefined || origin === new URL(publicUrl).origin;
}
