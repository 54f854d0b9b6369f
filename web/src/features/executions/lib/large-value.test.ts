import { expect, test } from 'vitest';
import { readLargeValue } from './large-value';

test('a stand-in says how long the value is and where to get it', () => {
  const value = { size: 400_000, url: '/api/v1/executions/1/events/2/output' };
  expect(readLargeValue({ $large: value })).toEqual(value);
});

test('any other value is itself', () => {
  for (const value of [null, 'text', { $large: 3 }, { $large: { size: 1, url: 'https://elsewhere.test/' } }, { $large: { size: 1 }, more: 1 }]) {
    expect(readLargeValue(value)).toBeNull();
  }
});
