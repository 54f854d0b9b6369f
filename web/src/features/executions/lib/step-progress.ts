// What a map or loop records while it runs: `items` is a list of `[index, result]`, with `false` behind
// those that failed; `round` says how many rounds are over. Their steps are told no more.
import type { Schema } from '@/api/client';
import { isObject } from '@/lib/json';
import type { Progress } from '@/lib/progress';

type Step = Schema<'Step'>;

interface BodyRecord {
  isOver: (index: number) => boolean;
  after: (before: Progress) => Pick<Progress, 'done' | 'failed'>;
}

function readItems(data: unknown): BodyRecord | null {
  if (!Array.isArray(data)) return null;
  const items = data.filter((item): item is unknown[] => Array.isArray(item));
  const over = new Set(items.map((item) => item[0]));
  const failed = items.filter((item) => item[2] === false).length;
  return {
    isOver: (index) => over.has(index),
    after: (before) => ({ done: Math.min(before.total, before.done + items.length), failed: before.failed + failed }),
  };
}

function readRound(data: unknown): BodyRecord | null {
  const rounds = isObject(data) ? data['rounds'] : undefined;
  if (typeof rounds !== 'number') return null;
  return { isOver: (index) => index < rounds, after: (before) => ({ done: rounds, failed: before.failed }) };
}

function readRecord(record: { [name: string]: unknown }): BodyRecord | null {
  switch (record['type']) {
    case 'items':
      return readItems(record['data']);
    case 'round':
      return readRound(record['data']);
    default:
      return null;
  }
}

/** The steps after the map or loop at a path has recorded something. */
export function patchProgress(steps: Step[], path: string, data: { [name: string]: unknown }): Step[] {
  const record = readRecord(data);
  const before = steps.find((step) => step.path === path)?.items;
  if (!record || !before) return steps;
  const inside = `${path}.`;
  const itemOf = (step: Step) => (step.path.startsWith(inside) ? Number.parseInt(step.path.slice(inside.length), 10) : null);
  const closed = new Set<number>();
  const left = steps.filter((step) => {
    const item = itemOf(step);
    if (item === null || !record.isOver(item)) return true;
    closed.add(item);
    return false;
  });
  const items = { ...before, ...record.after(before), open: Math.max(0, before.open - closed.size) };
  return left.map((step) => (step.path === path ? { ...step, items } : step));
}
