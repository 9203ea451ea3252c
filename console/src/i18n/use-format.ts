import { useLingui } from '@lingui/react';
import { formatOf, type Format } from './format.js';

/** The formatters of the present language. */
export function useFormat(): Format {
  const { i18n } = useLingui();
  return formatOf(i18n);
}
