import { i18n } from '@lingui/core';

export const languages = [
  { value: 'en', label: 'English' },
  { value: 'tr', label: 'Türkçe' },
] as const;
export type Language = (typeof languages)[number]['value'];

const storageKey = 'carillon.language';

function isLanguage(value: string | null | undefined): value is Language {
  return languages.some((language) => language.value === value);
}

/** What was chosen here before, else the first language of the browser we have, else English. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(storageKey);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

/** Loads a language's texts and shows the page in it. */
export async function activateLanguage(language: Language): Promise<void> {
  const { messages } = language === 'tr' ? await import('../locales/tr.po') : await import('../locales/en.po');
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

/** Shows the page in a language and remembers it in this browser. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await activateLanguage(language);
}
