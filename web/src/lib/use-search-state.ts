import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** Filters that live in the address: they survive a reload and can be sent to somebody. */
export function useSearchState(): {
  get: (name: string) => string;
  /** Sets some of them; an empty text takes one away. */
  set: (values: Record<string, string>) => void;
} {
  const [params, setParams] = useSearchParams();
  const get = useCallback((name: string) => params.get(name) ?? '', [params]);
  const set = useCallback(
    (values: Record<string, string>) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(values)) {
            if (value === '') next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  );
  return { get, set };
}
