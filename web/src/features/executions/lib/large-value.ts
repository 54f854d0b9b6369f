import { isObject } from '@/lib/json';

/** What stands in a step for a value that is too long for a list of steps. */
export interface LargeValue {
  /** In bytes, as JSON. */
  size: number;
  /** Where it is to be had. */
  url: string;
}

/** Null for a value that is there itself. */
export function readLargeValue(value: unknown): LargeValue | null {
  if (!isObject(value) || Object.keys(value).length !== 1) return null;
  const large = value['$large'];
  if (!isObject(large) || typeof large['size'] !== 'number' || typeof large['url'] !== 'string') return null;
  return large['url'].startsWith('/api/v1/executions/') ? { size: large['size'], url: large['url'] } : null;
}
