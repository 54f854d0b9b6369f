import type { Schema } from '@/api/client';
import { isObject } from '@/lib/json';

type Step = Schema<'Step'>;

const MAX_PREVIEW = 80;

/** Counted from 0, as expressions and paths do. */
export function runLabel(container: Step, index: number): string {
  return container.type === 'loop' ? `Round ${index}` : `Item ${index}`;
}

/** The item itself in a few words; empty where it is not known here. */
export function itemPreview(container: Step, index: number): string {
  const items = isObject(container.input) ? container.input['items'] : undefined;
  if (container.type !== 'map' || !Array.isArray(items) || index >= items.length) return '';
  const item: unknown = items[index];
  const text = typeof item === 'string' ? item : JSON.stringify(item);
  return text.length > MAX_PREVIEW ? `${text.slice(0, MAX_PREVIEW)}…` : text;
}
