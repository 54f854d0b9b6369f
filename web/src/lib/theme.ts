import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'qd.theme';
const system = () => window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function read(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function apply(): void {
  const theme = read();
  document.documentElement.classList.toggle('dark', theme === 'dark' || (theme === 'system' && system().matches));
  for (const listener of listeners) listener();
}

/** Follows the system and other tabs from now on. public/theme.js did it once before the first paint. */
export function watchTheme(): void {
  system().addEventListener('change', apply);
  window.addEventListener('storage', (event) => {
    if (event.key === KEY) apply();
  });
  apply();
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  apply();
}

export function useTheme(): Theme {
  return useSyncExternalStore(watchDark, read);
}

/** Whether dark is what is shown now. */
export function isDark(): boolean {
  return document.documentElement.classList.contains('dark');
}

/** Calls back when what is shown, or what is chosen, changes. */
export function watchDark(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function useDark(): boolean {
  return useSyncExternalStore(watchDark, isDark);
}
