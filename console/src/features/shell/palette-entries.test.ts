import { expect, it } from 'vitest';
import { findEntries, pageOfId, type PaletteEntry } from './palette-entries.js';

const entry = (label: string, kind: string): PaletteEntry => ({ key: label, label, kind, to: { to: '/' } });
const entries = [
  entry('crm.atlas.example', 'Endpoint'),
  entry('Deliveries', 'Page'),
  entry('atlas.partner.example', 'Endpoint'),
];

it('finds entries that have every word, and puts those first that begin with it', () => {
  expect(findEntries(entries, 'atlas').map((found) => found.label)).toEqual([
    'atlas.partner.example',
    'crm.atlas.example',
  ]);
  expect(findEntries(entries, 'endpoint crm').map((found) => found.label)).toEqual(['crm.atlas.example']);
  expect(findEntries(entries, '')).toHaveLength(3);
});

it('knows the page of an id by its prefix, and of no other text', () => {
  expect(pageOfId('del_01K9XQ4TZ3W6T8Y0B1C2D3M2VE')).toEqual({
    to: '/deliveries',
    search: { open: 'del_01K9XQ4TZ3W6T8Y0B1C2D3M2VE' },
  });
  expect(pageOfId('tic_01K9XQ4TZ3W6T8Y0B1C2D3M2VE')).toBeNull();
  expect(pageOfId('delivery')).toBeNull();
});
