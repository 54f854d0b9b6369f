import type { Schema } from '@/api/client';

type Step = Schema<'Step'>;

export interface Bar {
  step: Step;
  /** Both in hundredths of the whole. */
  start: number;
  width: number;
  /** Until now, where the step still goes on. */
  duration: number;
}

export interface Timeline {
  bars: Bar[];
  /** The whole length in ms. */
  span: number;
  /** Round times within it, in ms from the beginning. */
  ticks: number[];
}

/** Where the steps lie between the first beginning and the last end, or now. */
export function timelineOf(steps: readonly Step[], now: number): Timeline {
  const began = steps.flatMap((step) => {
    if (!step.started_at) return [];
    const start = Date.parse(step.started_at);
    const end = step.finished_at ? Date.parse(step.finished_at) : Math.max(now, start);
    return [{ step, start, end }];
  });
  const first = Math.min(...began.map((one) => one.start));
  const last = Math.max(...began.map((one) => one.end));
  const span = began.length === 0 ? 0 : Math.max(1, last - first);
  const bars = began
    .toSorted((a, b) => a.start - b.start)
    .map(({ step, start, end }) => ({
      step,
      start: (100 * (start - first)) / span,
      width: (100 * (end - start)) / span,
      duration: step.duration_ms ?? end - start,
    }));
  return { bars, span, ticks: ticksOf(span) };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 30, 100].map((count) => count * DAY),
];

/** Up to four marks, at times that people count in. */
function ticksOf(span: number): number[] {
  const step = STEPS.find((size) => size >= span / 4);
  if (span <= 0 || step === undefined) return [];
  return Array.from({ length: Math.floor(span / step) }, (_, index) => (index + 1) * step);
}
