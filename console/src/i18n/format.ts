import type { I18n } from '@lingui/core';

/** Texts for times, spans, sizes and shares in the language of the page. */
export interface Format {
  /** A difference to now in ms: `2 s`, `4 min`, `in 3 h`. */
  relative(differenceMs: number): string;
  /** `4:12`, `1:04:12`; never below zero. */
  countdown(remainingMs: number): string;
  /** A duration: `61 ms`, `1.21 s`, `30 min`. */
  duration(ms: number): string;
  /** Date and time to the second. */
  full(atMs: number): string;
  /** The same, local and UTC. */
  exact(atMs: number): string;
  /** `21 Nov, 14:33`, for lists of older things. */
  dateTime(atMs: number): string;
  /** `21 Nov`, by the calendar of a time zone. */
  day(atMs: number, timeZone: string): string;
  /** `14:33:08`. */
  clock(atMs: number): string;
  /** `14:33`. */
  clockMinutes(atMs: number): string;
  /** `612 bytes`, `1.2 kB`. */
  bytes(count: number): string;
  /** A share of 1: `99.1 %`. */
  percent(share: number): string;
  number(value: number): string;
}

function relative(i18n: I18n, differenceMs: number): string {
  // Clocks differ by a little: what is said to come within two seconds has just been.
  const ago = differenceMs < 2000;
  const seconds = Math.floor(Math.abs(differenceMs > 0 && ago ? 0 : differenceMs) / 1000);
  const n =
    seconds < 60
      ? seconds
      : seconds < 3600
        ? Math.floor(seconds / 60)
        : seconds < 86_400
          ? Math.floor(seconds / 3600)
          : Math.floor(seconds / 86_400);
  if (seconds < 60) return ago ? i18n.t('{n} s', { n }) : i18n.t('in {n} s', { n });
  if (seconds < 3600) return ago ? i18n.t('{n} min', { n }) : i18n.t('in {n} min', { n });
  if (seconds < 86_400) return ago ? i18n.t('{n} h', { n }) : i18n.t('in {n} h', { n });
  return ago ? i18n.t('{n} d', { n }) : i18n.t('in {n} d', { n });
}

function countdown(remainingMs: number): string {
  const seconds = Math.max(0, Math.ceil(remainingMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The language of the page as the browser's region writes it: `en` in London is `en-GB`. */
function regionalLocale(language: string): string {
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

/** Formatters are dear to make: `formatOf` makes them once per language. */
function makeFormat(i18n: I18n): Format {
  const locale = regionalLocale(i18n.locale);
  const oneDecimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const twoDecimals = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const whole = new Intl.NumberFormat(locale);
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
  const short = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const days = new Map<string, Intl.DateTimeFormat>();
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const minutes = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return {
    relative: (differenceMs) => relative(i18n, differenceMs),
    countdown,
    duration(ms) {
      if (ms < 1000) return i18n.t('{n} ms', { n: whole.format(Math.round(ms)) });
      if (ms < 60_000)
        return i18n.t('{n} s', { n: ms % 1000 === 0 ? whole.format(ms / 1000) : twoDecimals.format(ms / 1000) });
      if (ms < 3_600_000) return i18n.t('{n} min', { n: oneDecimal.format(ms / 60_000) });
      return i18n.t('{n} h', { n: oneDecimal.format(ms / 3_600_000) });
    },
    full: (atMs) => full.format(atMs),
    exact: (atMs) => `${full.format(atMs)} · ${new Date(atMs).toISOString().slice(0, 19)}Z`,
    dateTime: (atMs) => short.format(atMs),
    day: (atMs, timeZone) => {
      const known = days.get(timeZone);
      const format = known ?? new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone });
      if (!known) days.set(timeZone, format);
      return format.format(atMs);
    },
    clock: (atMs) => clock.format(atMs),
    clockMinutes: (atMs) => minutes.format(atMs),
    bytes(count) {
      if (count < 1000) return i18n.t('{count, plural, one {# byte} other {# bytes}}', { count });
      if (count < 1_000_000) return `${oneDecimal.format(count / 1000)} kB`;
      return `${oneDecimal.format(count / 1_000_000)} MB`;
    },
    percent: (share) => i18n.t('{n} %', { n: oneDecimal.format(Math.floor(share * 1000) / 10) }),
    number: (value) => whole.format(value),
  };
}

const made = new WeakMap<I18n, { locale: string; format: Format }>();

/** The formatters of the present language; the same object until the language changes. */
export function formatOf(i18n: I18n): Format {
  const known = made.get(i18n);
  if (known?.locale === i18n.locale) return known.format;
  const format = makeFormat(i18n);
  made.set(i18n, { locale: i18n.locale, format });
  return format;
}
