import { describe, expect, test } from 'vitest';
import { eventCatalogue } from './catalogue/index.js';
import { namesFor, parseEventList } from './event-names.js';

function message(names: readonly string[]): string {
  const check = parseEventList(names);
  return check.ok ? 'accepted' : check.message;
}

describe('the events list of an endpoint', () => {
  test('takes canonical names, aliases and custom names', () => {
    const names = ['survey.response.completed', 'feedback.created', 'custom.order.late'];
    expect(parseEventList(names)).toEqual({ ok: true, events: names });
  });

  test('takes every type of the catalogue at once', () => {
    const names = eventCatalogue.map(({ name }) => name);
    expect(parseEventList(names)).toEqual({ ok: true, events: names });
  });

  test('takes "*" alone', () => {
    expect(parseEventList(['*'])).toEqual({ ok: true, events: ['*'] });
    expect(parseEventList(['*', '*'])).toEqual({ ok: true, events: ['*'] });
  });

  test('refuses "*" beside others', () => {
    expect(parseEventList(['feedback.created', '*'])).toEqual({
      ok: false,
      message: '"*" means all events: list it alone.',
      index: 1,
    });
  });

  test('refuses an empty list', () => {
    expect(message([])).toMatch(/^Name at least one event/);
  });

  test('merges duplicates and keeps the order', () => {
    const check = parseEventList([
      'ticket.assigned',
      'feedback.created',
      'ticket.assigned',
      'custom.a',
      'feedback.created',
    ]);
    expect(check).toEqual({ ok: true, events: ['ticket.assigned', 'feedback.created', 'custom.a'] });
  });

  test('takes 50 names and refuses 51', () => {
    const names = Array.from({ length: 51 }, (_, index) => `custom.type_${index}`);
    expect(parseEventList(names.slice(1)).ok).toBe(true);
    expect(message(names)).toMatch(/^At most 50 names/);
  });

  test('refuses unknown names, naming all of them and none of the known', () => {
    expect(parseEventList(['feedback.created', 'feedback.creatd', 'ticket.assigned', 'nope', 'nope'])).toEqual({
      ok: false,
      message: 'Unknown event types: "feedback.creatd", "nope".',
      index: 1,
    });
    expect(message(['Feedback.created'])).toBe('Unknown event type: "Feedback.created".');
    expect(message([''])).toBe('Unknown event type: "".');
    expect(message(['__proto__'])).toBe('Unknown event type: "__proto__".');
  });

  test('refuses a malformed custom name, and says how one is written', () => {
    expect(message(['custom.Order'])).toMatch(
      /^Unknown event type: "custom\.Order"\. An own type is custom\.<segment>/,
    );
  });

  test('repeats a long name shortened', () => {
    expect(message(['x'.repeat(10_000)]).length).toBeLessThan(200);
  });

  test.each(eventCatalogue.flatMap(({ name, aliases }) => aliases.map((alias) => [name, alias] as const)))(
    'refuses %s together with its alias %s, in either order',
    (name, alias) => {
      const refusal = `\`${alias}\` is another name of \`${name}\`: list one of them.`;
      expect(parseEventList([name, 'feedback.created', alias])).toEqual({ ok: false, message: refusal, index: 2 });
      expect(parseEventList([alias, name])).toEqual({ ok: false, message: refusal, index: 1 });
    },
  );
});

describe('namesFor', () => {
  test('gives the canonical name first, then the aliases', () => {
    expect(namesFor('feedback.ticket.status_changed')).toEqual([
      'feedback.ticket.status_changed',
      'ticket.status_changed',
    ]);
    expect(namesFor('feedback.created')).toEqual(['feedback.created']);
  });

  test('gives a custom type its own name only', () => {
    expect(namesFor('custom.order.late')).toEqual(['custom.order.late']);
  });
});
