import { useSyncExternalStore } from 'react';

/** One clock for all that shows running time: it ticks only while somebody looks. */
class Ticker {
  private listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | undefined;
  now = Date.now();

  constructor(private readonly ms: number) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.timer ??= setInterval(() => {
      this.now = Date.now();
      for (const told of this.listeners) told();
    }, this.ms);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  };
}

const seconds = new Ticker(1000);
const minutes = new Ticker(30_000);
const never = () => () => {};

/** The time now, kept fresh each second, each half minute, or not at all. */
export function useNow(pace: 'second' | 'minute' | 'still'): number {
  const ticker = pace === 'second' ? seconds : minutes;
  if (Math.abs(Date.now() - ticker.now) > 1000) ticker.now = Date.now();
  return useSyncExternalStore(pace === 'still' ? never : ticker.subscribe, () => ticker.now);
}
