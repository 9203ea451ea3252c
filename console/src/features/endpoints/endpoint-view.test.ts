import { describe, expect, it } from 'vitest';
import { eventsInShort, parseDelays } from './endpoint-view.js';

describe('an endpoint in a list', () => {
  it('names its first events and how many more there are, or that it gets all', () => {
    expect(eventsInShort(['a', 'b', 'c', 'd'])).toEqual({ names: ['a', 'b'], more: 2 });
    expect(eventsInShort(['a'])).toEqual({ names: ['a'], more: 0 });
    expect(eventsInShort(['*'])).toBeNull();
  });
});

it('retry delays are ten whole numbers of seconds at most, none above a day', () => {
  expect(parseDelays('30, 300  1800;7200')).toEqual([30, 300, 1800, 7200]);
  expect(parseDelays('')).toEqual([]);
  for (const wrong of ['-1', '1.5', 'soon', '86401', '1 2 3 4 5 6 7 8 9 10 11']) expect(parseDelays(wrong)).toBeNull();
});
