import { z } from '../../zod.js';

const refusal = z.object({ code: z.string(), message: z.string() });

/** Why a sign-in did not work: `CREDENTIALS`, `RATE_LIMITED`, or `UNREACHABLE` with nothing from the server. */
export type SignInProblem =
  | { kind: 'credentials' }
  | { kind: 'rate-limited'; retryAfterSeconds: number | null }
  | { kind: 'other'; message: string }
  | { kind: 'unreachable' };

/** Signs in by email and password; the server sets the session's cookie. Null when it worked. */
export async function signIn(email: string, password: string): Promise<SignInProblem | null> {
  let response: Response;
  try {
    response = await fetch('/auth/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
      credentials: 'same-origin',
    });
  } catch {
    return { kind: 'unreachable' };
  }
  if (response.ok) return null;
  if (response.status === 401) return { kind: 'credentials' };
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after'));
    return { kind: 'rate-limited', retryAfterSeconds: seconds > 0 ? seconds : null };
  }
  const said = refusal.safeParse(await response.json().catch(() => null));
  return said.success ? { kind: 'other', message: said.data.message } : { kind: 'unreachable' };
}

/** A page load that has begun is left to itself for so long: begun again, it would be broken off. */
const leaveMs = 5_000;
let leavingSinceMs = -Infinity;

/** Whether the page is not on its way out already: every feed and query of it hears of the session's end. */
function mayLeave(): boolean {
  if (performance.now() - leavingSinceMs < leaveMs) return false;
  leavingSinceMs = performance.now();
  return true;
}

/** Ends the session and loads the page anew, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  // From now on it is no news that nobody is signed in.
  mayLeave();
  await fetch('/auth/sign-out', { method: 'POST', credentials: 'same-origin' }).catch(() => undefined);
  location.assign('/sign-in');
}

/** The session has ended: to the sign-in and then back here, by a new page load, so that nothing of it stays in memory. */
export function goToSignIn(): void {
  const { pathname, search } = location;
  if (pathname === '/sign-in' || !mayLeave()) return;
  location.replace(`/sign-in?${new URLSearchParams({ next: `${pathname}${search}` })}`);
}

/** The place to go on to after signing in: a path of this console, nothing else. */
export function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/';
}
