import { expect, it } from 'vitest';
import { safeNext } from './session-gate';

it('leads back only into this application', () => {
  expect(safeNext('/projects?q=a')).toBe('/projects?q=a');
  expect(safeNext('https://evil.example/')).toBe('/');
  expect(safeNext('//evil.example/')).toBe('/');
  expect(safeNext('/\\evil.example/')).toBe('/');
  expect(safeNext(null)).toBe('/');
});
