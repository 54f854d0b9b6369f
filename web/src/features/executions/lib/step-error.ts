import { isObject } from '@/lib/json';

export interface ShownError {
  code: string;
  message: string;
  retryable: boolean;
  details: unknown;
}

/** An error as the engine records it; null where there is none. */
export function readError(value: unknown): ShownError | null {
  if (value === null || value === undefined) return null;
  if (!isObject(value)) return { code: 'error', message: typeof value === 'string' ? value : JSON.stringify(value), retryable: false, details: null };
  return {
    code: typeof value['code'] === 'string' ? value['code'] : 'error',
    message: typeof value['message'] === 'string' ? value['message'] : '',
    retryable: value['retryable'] === true,
    details: value['details'] ?? null,
  };
}
