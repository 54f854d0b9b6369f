import { useEffect, useRef, useSyncExternalStore } from 'react';
import { isForFocus, nextKey } from '@/lib/key-sequence';

export interface Shortcut {
  keys: string;
  label: string;
  to?: string;
}

/** Those with `to` go there. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: 'g h', label: 'Go to home', to: '/' },
  { keys: 'g p', label: 'Go to projects', to: '/projects' },
  { keys: 'g e', label: 'Go to executions', to: '/executions' },
  { keys: 'g a', label: 'Go to approvals', to: '/approvals' },
  { keys: 'c', label: 'Create a project', to: '/projects?new=1' },
  { keys: '/', label: 'Search on this page' },
  { keys: '?', label: 'Show these shortcuts' },
];

const SEQUENCES = SHORTCUTS.map((shortcut) => shortcut.keys);
const PAUSE_MS = 1500;

// Single keys may be turned off (WCAG 2.1.4): speech input would press them by accident.
const KEY = 'qd.shortcuts';
const listeners = new Set<() => void>();
const read = () => localStorage.getItem(KEY) !== 'off';

export function setShortcutsOn(on: boolean): void {
  if (on) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, 'off');
  for (const listener of listeners) listener();
}

export function useShortcutsOn(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}

/** Calls back with the shortcut that was pressed, unless it was meant for a field or a dialog. */
export function useShortcuts(onShortcut: (shortcut: Shortcut) => void): void {
  const latest = useRef(onShortcut);
  useEffect(() => {
    latest.current = onShortcut;
  }, [onShortcut]);
  useEffect(() => {
    let pending = '';
    let last = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isForFocus(event.target) || !read()) return;
      const step = nextKey(event.timeStamp - last < PAUSE_MS ? pending : '', event.key, SEQUENCES);
      pending = step.pending;
      last = event.timeStamp;
      const shortcut = SHORTCUTS.find((one) => one.keys === step.done);
      if (!shortcut) return;
      event.preventDefault();
      latest.current(shortcut);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
