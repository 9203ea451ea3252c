import { rateOf } from '../../domain/form-values.js';
import type { EndpointSettingsInput, MetadataEntryInput } from '../../gql/graphql.js';
import { formText } from '../../ui/form-text.js';
import type { Pair } from '../../ui/pairs-editor.js';
import { parseDelays } from './endpoint-view.js';

/** What the form has for either mutation. */
export interface EndpointInput {
  url: string;
  events: string[];
  enabled: boolean;
  description: string | null;
  externalId: string | null;
  metadata: MetadataEntryInput[];
  /** Absent where the form could not show the places. */
  locationIds?: string[];
  settings: EndpointSettingsInput;
}

/** What of the form lives outside of its inputs. */
export interface EndpointFormState {
  events: string[];
  metadata: readonly Pair[];
  /** Null: as they are. */
  headers: readonly Pair[] | null;
  /** Null: unknown, so left as they are. */
  locationIds: readonly string[] | null;
}

/** Inputs whose text cannot even be sent: what the server would say of a wrong value is for it to say. */
export type Unreadable = 'delays' | 'number';

/** Lines that say something. */
function filled(pairs: readonly Pair[]): Pair[] {
  return pairs
    .map((pair) => ({ ...pair, name: pair.name.trim() }))
    .filter(({ name, value }) => name !== '' || value !== '');
}

/** Reads the form; or which of its inputs are unreadable, by name. */
export function readEndpointForm(
  form: FormData,
  state: EndpointFormState,
): { input: EndpointInput } | { unreadable: Record<string, Unreadable> } {
  const delays = parseDelays(formText(form, 'delays'));
  const timeout = rateOf(formText(form, 'timeout'));
  const ratePerSecond = rateOf(formText(form, 'rate'));
  const ceiling = rateOf(formText(form, 'ceiling'));
  const unreadable: Record<string, Unreadable> = {
    ...(!delays && { retryDelaysSeconds: 'delays' }),
    ...(Number.isNaN(timeout) && { timeoutMs: 'number' }),
    ...(Number.isNaN(ratePerSecond) && { ratePerSecond: 'number' }),
    ...((Number.isNaN(ceiling) || !Number.isInteger(ceiling ?? 0)) && { concurrencyCeiling: 'number' }),
  };
  if (!delays || Object.keys(unreadable).length > 0) return { unreadable };
  const { events, metadata, headers, locationIds } = state;
  return {
    input: {
      url: formText(form, 'url'),
      events,
      enabled: form.get('enabled') !== null,
      description: formText(form, 'description') || null,
      externalId: formText(form, 'externalId') || null,
      metadata: filled(metadata).map(({ name, value }) => ({ key: name, value })),
      ...(locationIds && { locationIds: [...locationIds] }),
      settings: {
        retryDelaysSeconds: delays,
        timeoutMs: timeout === null ? null : Math.round(timeout * 1000),
        ratePerSecond,
        concurrencyCeiling: ceiling,
        fifo: form.get('fifo') !== null,
        ...(headers && { headers: filled(headers).map(({ name, value }) => ({ name, value })) }),
      },
    },
  };
}
