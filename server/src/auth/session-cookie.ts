import type { Config } from '@carillon/schema';

type CookieConfig = Pick<Config, 'publicUrl' | 'production'>;

/** A session ends at the latest 30 days after it began; the server ends it sooner when it is not used. */
const MAX_AGE_SECONDS = 30 * 24 * 60 * 60;

/**
 * `__Host-carillon_session`, which browsers take and send by HTTPS alone and for this host alone. For trying out on http
 * it is `carillon_session`; in production never.
 */
export function sessionCookieName(config: CookieConfig): string {
  return isSecure(config) ? '__Host-carillon_session' : 'carillon_session';
}

/** The session's token in a Cookie header; undefined when there is none. */
export function readSessionCookie(config: CookieConfig, header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const start = `${sessionCookieName(config)}=`;
  for (const pair of header.split(';')) {
    const text = pair.trim();
    if (text.startsWith(start)) return text.slice(start.length) || undefined;
  }
  return undefined;
}

/** The Set-Cookie header that begins a session in the browser. */
export function sessionCookie(config: CookieConfig, token: string): string {
  return setCookie(config, token, MAX_AGE_SECONDS);
}

/** The Set-Cookie header that makes the browser forget it. */
export function clearedSessionCookie(config: CookieConfig): string {
  return setCookie(config, '', 0);
}

function setCookie(config: CookieConfig, value: string, maxAgeSeconds: number): string {
  // Lax, not Strict: who follows a link out of an alert's email is signed in. What changes anything is a POST of JSON with
  // our own Origin, which Lax and the checks of the routes both keep from other sites.
  const flags = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
  return `${sessionCookieName(config)}=${value}; ${flags}${isSecure(config) ? '; Secure' : ''}`;
}

function isSecure({ publicUrl, production }: CookieConfig): boolean {
  return production || publicUrl.startsWith('https:');
}
