import { hash, verify } from '@node-rs/argon2';

// Argon2id is the library's default; OWASP's figures for it.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Longer ones are no passwords, but work for us. */
export const MAX_PASSWORD_LENGTH = 1024;

/** Of 32 random bytes nobody kept: what an unknown person's password is compared with, so that it takes as long. */
const NOBODY = '$argon2id$v=19$m=19456,t=2,p=1$t1AN0dgxJsPKfCTgj6hgHA$2+Amf2SseKLT7HrBI+ZB+YldgW2hWt7yvIElslnU070';

/** The PHC string to store. */
export async function hashPassword(password: string): Promise<string> {
  return hash(spell(password), COST);
}

/** Whether it is the password. Takes as long when there is none to compare it with. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const right = await verify(stored ?? NOBODY, spell(password));
  return right && stored !== null;
}

/** One spelling for what keyboards spell differently, as NIST SP 800-63B has it. */
function spell(password: string): string {
  return password.normalize('NFKC');
}
