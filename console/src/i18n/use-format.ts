import type { I18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { makeFormat, type Format } from './format.js';

let made: { i18n: I18n; locale: string; format: Format } | undefined;

/** The formatters of the present language; the same object until the language changes. */
export function useFormat(): Format {
  const { i18n } = useLingui();
  if (made?.i18n !== i18n || made.locale !== i18n.locale)
    made = { i18n, locale: i18n.locale, format: makeFormat(i18n) };
  return made.format;
}
