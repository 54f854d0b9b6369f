import { expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { timelineOf } from './timeline';

const at = (ms: number) => new Date(ms).toISOString();
const step = (id: string, start: number | null, end: number | null) =>
  ({ id, started_at: start === null ? null : at(start), finished_at: end === null ? null : at(end) }) as Schema<'Step'>;

it('puts the steps between the first beginning and the last end', () => {
  const { bars, span } = timelineOf([step('b', 2000, 4000), step('a', 0, 1000)], 9999);

  expect(span).toBe(4000);
  expect(bars.map((bar) => [bar.step.id, bar.start, bar.width])).toEqual([
    ['a', 0, 25],
    ['b', 50, 50],
  ]);
});

it('lets a running step grow until now and leaves out what has not begun', () => {
  const { bars, span } = timelineOf([step('a', 1000, null), step('later', null, null)], 3000);

  expect(span).toBe(2000);
  expect(bars).toHaveLength(1);
  expect(bars[0]).toMatchObject({ width: 100, duration: 2000 });
});

it('marks round times', () => {
  expect(timelineOf([step('a', 0, 9000)], 0).ticks).toEqual([5000]);
  expect(timelineOf([step('a', 0, 4000)], 0).ticks).toEqual([1000, 2000, 3000, 4000]);
  expect(timelineOf([], 0)).toEqual({ bars: [], span: 0, ticks: [] });
});
