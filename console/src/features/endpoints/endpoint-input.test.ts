import { describe, expect, it } from 'vitest';
import { readEndpointForm, type EndpointFormState } from './endpoint-input.js';

const state: EndpointFormState = { events: ['*'], metadata: [], headers: null, locationIds: null };
function form(values: Record<string, string>): FormData {
  const data = new FormData();
  const all = { url: 'https://a.example', delays: '30, 300', timeout: '15', rate: '', ceiling: '256', ...values };
  for (const [name, value] of Object.entries(all)) data.set(name, value);
  return data;
}

describe('what the form of an endpoint sends', () => {
  it('is null where a field was emptied, so that the default comes back', () => {
    expect(readEndpointForm(form({ timeout: '', ceiling: '', delays: '' }), state)).toMatchObject({
      input: {
        externalId: null,
        settings: {
          retryDelaysSeconds: [],
          timeoutMs: null,
          ratePerSecond: null,
          concurrencyCeiling: null,
          fifo: false,
        },
      },
    });
  });

  it('leaves headers and places out that were not touched, for their values are not known here', () => {
    const read = readEndpointForm(form({ fifo: 'on', rate: '2,5' }), state);
    if (!('input' in read)) throw new Error('It is readable.');
    expect(read.input).not.toHaveProperty('locationIds');
    expect(read.input.settings).not.toHaveProperty('headers');
    expect(read.input.settings).toMatchObject({ fifo: true, ratePerSecond: 2.5, timeoutMs: 15_000 });
  });

  it('has the lines that say something, and no others', () => {
    const headers = [
      { key: 1, name: ' X-Api-Key ', value: ' s p ' },
      { key: 2, name: '', value: '' },
    ];
    expect(readEndpointForm(form({}), { ...state, headers, locationIds: [] })).toMatchObject({
      input: { locationIds: [], settings: { headers: [{ name: 'X-Api-Key', value: ' s p ' }] } },
    });
  });

  it('is not sent while a number is none', () => {
    expect(readEndpointForm(form({ rate: 'fast', delays: 'soon', ceiling: '1.5' }), state)).toEqual({
      unreadable: { ratePerSecond: 'number', retryDelaysSeconds: 'delays', concurrencyCeiling: 'number' },
    });
  });
});
