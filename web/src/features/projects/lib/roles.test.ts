import { expect, it } from 'vitest';
import { allows } from './roles';

it('lets each role do what those before it may', () => {
  expect(allows('owner', 'editor')).toBe(true);
  expect(allows('editor', 'editor')).toBe(true);
  expect(allows('operator', 'editor')).toBe(false);
  expect(allows(null, 'viewer')).toBe(false);
});
