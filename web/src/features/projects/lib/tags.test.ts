import { expect, it } from 'vitest';
import { readTags } from './tags';

it('reads tags as people type them', () => {
  expect(readTags(' support, billing,,support ')).toEqual(['support', 'billing']);
});
