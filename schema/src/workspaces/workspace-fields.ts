import { z } from 'zod';
import { invalid, ok, type FieldError, type Result } from '../kernel/result.js';

export const WORKSPACE_MODES = ['live', 'test'] as const;
/** `live`, or `test`: mail and SMS never leave the machine. */
export type WorkspaceMode = (typeof WORKSPACE_MODES)[number];

/** What can be said about a workspace. Absent leaves a field as it is; none of them can be cleared. */
export interface WorkspaceFields {
  /** 1 to 120 characters. */
  readonly name?: string | null | undefined;
  /** IANA name. */
  readonly timeZone?: string | null | undefined;
  /** BCP 47. */
  readonly locale?: string | null | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly defaultPhoneRegion?: string | null | undefined;
  readonly mode?: WorkspaceMode | null | undefined;
}

/** Checked fields; absent ones are absent here. */
export type WorkspaceColumns = { -readonly [Field in keyof WorkspaceFields]?: NonNullable<WorkspaceFields[Field]> };

const CHECKS: { readonly [Field in keyof WorkspaceColumns]-?: (text: string) => string | null } = {
  name: readName,
  timeZone: readTimeZone,
  locale: readLocale,
  defaultPhoneRegion: (text) => (/^[A-Z]{2}$/.test(text) ? text : null),
  mode: (text) => ((WORKSPACE_MODES as readonly string[]).includes(text) ? text : null),
};

const RULES: { readonly [Field in keyof WorkspaceColumns]-?: string } = {
  name: 'A name has 1 to 120 characters, none of them control characters.',
  timeZone: 'A time zone is an IANA name, e.g. Europe/Istanbul.',
  locale: 'A locale is a BCP 47 language tag, e.g. en or tr-TR.',
  defaultPhoneRegion: 'A region is two capital letters of ISO 3166-1, e.g. TR.',
  mode: 'A mode is live or test.',
};

/** Checks every given field and reports all that is wrong at once. */
export function checkWorkspaceFields(input: WorkspaceFields): Result<WorkspaceColumns> {
  const wrong: FieldError[] = [];
  const columns: Record<string, string> = {};
  for (const [field, check] of Object.entries(CHECKS)) {
    const value = input[field as keyof WorkspaceFields];
    if (value === undefined) continue;
    const read = value === null ? null : check(value);
    if (read === null) wrong.push({ field: [field], message: RULES[field as keyof WorkspaceFields] });
    else columns[field] = read;
  }
  return wrong.length > 0 ? invalid(...wrong) : ok(columns as WorkspaceColumns);
}

/** A display name without the blanks around it; null when it is none. */
export function readName(text: string): string | null {
  const name = text.trim();
  // PostgreSQL counts code points, and takes no NUL.
  return name === '' || Array.from(name).length > 120 || /\p{Cc}/u.test(name) ? null : name;
}

/** An email address in lower case; null when it is none. */
export function readEmail(text: string): string | null {
  const email = text.trim().toLowerCase();
  return email.length <= 254 && z.email().safeParse(email).success ? email : null;
}

function readTimeZone(text: string): string | null {
  // Intl takes offsets such as +03:00 as well, which know nothing of summer time.
  if (!/^[A-Za-z]/.test(text)) return null;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    return null;
  }
}

function readLocale(text: string): string | null {
  try {
    return text.length <= 35 ? new Intl.Locale(text).toString() : null;
  } catch {
    return null;
  }
}
