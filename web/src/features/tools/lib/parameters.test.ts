import { expect, it } from 'vitest';
import { parametersOf } from './parameters';

it('says each argument in a line', () => {
  const schema = {
    type: 'object',
    required: ['city'],
    properties: {
      city: { type: 'string', description: 'Where' },
      unit: { enum: ['c', 'f'] },
      days: { type: 'array', items: { type: 'integer' } },
      note: { type: ['string', 'null'] },
    },
  };

  expect(parametersOf(schema)).toEqual([
    { name: 'city', type: 'string', required: true, description: 'Where' },
    { name: 'unit', type: '"c" | "f"', required: false, description: '' },
    { name: 'days', type: 'integer[]', required: false, description: '' },
    { name: 'note', type: 'string | null', required: false, description: '' },
  ]);
  expect(parametersOf(null)).toEqual([]);
});
