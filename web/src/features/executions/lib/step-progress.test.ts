import { expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { patchProgress } from './step-progress';

const step = (path: string, items: object | null = null) => ({ path, items }) as Schema<'Step'>;
const map = step('each', { total: 5, done: 1, failed: 0, open: 2 });
const items = (...data: unknown[]) => ({ type: 'items', data });

it('counts the items that are over and those that failed, and takes their steps away', () => {
  const steps = [map, step('each.1.fetch'), step('each.1.shape'), step('each.2.fetch'), step('each_other')];

  const after = patchProgress(steps, 'each', items([1, { n: 1 }], [3, { error: {} }, false]));

  expect(after[0]?.items).toEqual({ total: 5, done: 3, failed: 1, open: 1 });
  expect(after.map((one) => one.path)).toEqual(['each', 'each.2.fetch', 'each_other']);
});

it('never counts more items than there are', () => {
  const after = patchProgress([map], 'each', items(...Array.from({ length: 9 }, (_, index) => [index, null])));

  expect(after[0]?.items?.done).toBe(5);
});

it('takes the number of rounds from the loop', () => {
  const steps = [step('poll', { total: 100, done: 1, failed: 0, open: 1 }), step('poll.2.ask'), step('poll.3.ask')];

  const after = patchProgress(steps, 'poll', { type: 'round', data: { rounds: 3, output: null, done: false } });

  expect(after[0]?.items).toEqual({ total: 100, done: 3, failed: 0, open: 0 });
  expect(after.map((one) => one.path)).toEqual(['poll', 'poll.3.ask']);
});

it('leaves everything as it is for a record that says nothing of progress', () => {
  const steps = [map];

  expect(patchProgress(steps, 'each', { type: 'turn', data: {} })).toBe(steps);
  expect(patchProgress(steps, 'each', { type: 'items', data: { $large: {} } })).toBe(steps);
  expect(patchProgress(steps, 'unknown', items([0, null]))).toBe(steps);
});
