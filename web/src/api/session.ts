// The tokens of the signed-in person. They live in localStorage so that every tab shares one session:
// refresh tokens rotate and a reused one ends the whole session, so two tabs must never refresh with
// the same one.
import type { components } from './schema';

type TokenPair = components['schemas']['TokenPair'];

export interface Tokens {
  access: string;
  refresh: string;
  /** When the access token ends, in ms. */
  expires: number;
}

const KEY = 'qd.session';
const listeners = new Set<() => void>();

export function readTokens(): Tokens | null {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Tokens> | null;
    return value?.access && value.refresh && value.expires ? (value as Tokens) : null;
  } catch {
    return null;
  }
}

export function storeTokens(pair: TokenPair, now = Date.now()): Tokens {
  const tokens = { access: pair.access_token, refresh: pair.refresh_token, expires: now + pair.expires_in * 1000 };
  localStorage.setItem(KEY, JSON.stringify(tokens));
  tell();
  return tokens;
}

export function clearTokens(): void {
  localStorage.removeItem(KEY);
  tell();
}

/** Calls back when this or another tab signs in, out, or refreshes. */
export function watchTokens(listener: () => void): () => void {
  const heard = (event: StorageEvent) => {
    if (event.key === KEY || event.key === null) listener();
  };
  listeners.add(listener);
  window.addEventListener('storage', heard);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', heard);
  };
}

function tell(): void {
  for (const listener of listeners) listener();
}
