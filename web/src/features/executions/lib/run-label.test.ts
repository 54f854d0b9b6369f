import { expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { itemPreview, runLabel } from './run-label';

const container = (type: string, input: unknown) => ({ type, input }) as Schema<'Step'>;

it('calls what a map runs items and what a loop runs rounds', () => {
  expect([runLabel(container('map', null), 0), runLabel(container('loop', null), 3)]).toEqual(['Item 0', 'Round 3']);
});

it('shows an item in a few words', () => {
  const map = container('map', { items: ['Bonn', { city: 'Kiel' }, 'x'.repeat(200)] });

  expect([0, 1].map((index) => itemPreview(map, index))).toEqual(['Bonn', '{"city":"Kiel"}']);
  expect(itemPreview(map, 2)).toHaveLength(81);
});

it('shows none where the items are not there', () => {
  expect(itemPreview(container('map', { $large: {} }), 0)).toBe('');
  expect(itemPreview(container('map', { items: [] }), 4)).toBe('');
  expect(itemPreview(container('loop', { items: ['a'] }), 0)).toBe('');
});
