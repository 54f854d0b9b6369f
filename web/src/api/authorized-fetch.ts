import { networkProblem, toProblem } from './problem';
import type { components } from './schema';
import { clearTokens, readTokens, storeTokens, type Tokens } from './session';

// An access token that ends within this time is renewed before it is used.
const MARGIN_MS = 20_000;
// Without a session these answer by themselves; a 401 from them is about what was typed.
const OPEN = /\/api\/v1\/auth\/(login|register|refresh|status|logout)$/;

let refreshing: Promise<Tokens | null> | null = null;

/** Sends with the session's access token, renewing it silently; a 401 is tried once more with a fresh one. */
export async function authorizedFetch(input: Request): Promise<Response> {
  if (OPEN.test(new URL(input.url).pathname)) return send(input);

  const tokens = await freshTokens();
  // A repeated POST (ours below, or the browser's) must not do its work twice.
  if (input.method === 'POST' && !input.headers.has('Idempotency-Key')) input.headers.set('Idempotency-Key', randomKey());
  const again = input.clone();
  const response = await send(withToken(input, tokens));
  if (response.status !== 401 || !tokens) return response;

  const renewed = await refresh(tokens);
  return renewed ? send(withToken(again, renewed)) : response;
}

/** The session's tokens, renewed where the access token is about to end; null without a session. */
export async function freshTokens(): Promise<Tokens | null> {
  const tokens = readTokens();
  return tokens && tokens.expires - Date.now() < MARGIN_MS ? refresh(tokens) : tokens;
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw networkProblem();
  }
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function withToken(request: Request, tokens: Tokens | null): Request {
  if (tokens) request.headers.set('Authorization', `Bearer ${tokens.access}`);
  return request;
}

/** Fresh tokens in place of `stale`, or null when the session is over. However many ask, one request is sent. */
async function refresh(stale: Tokens): Promise<Tokens | null> {
  refreshing ??= exclusively(() => renew(stale)).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function renew(stale: Tokens): Promise<Tokens | null> {
  const current = readTokens();
  // Another tab was faster, or signed out.
  if (!current || current.access !== stale.access) return current;

  const response = await send(
    new Request(new URL('/api/v1/auth/refresh', window.location.href), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ refresh_token: current.refresh }),
    }),
  );
  if (response.ok) return storeTokens((await response.json()) as components['schemas']['TokenPair']);
  // Only the server's refusal ends a session; a fault of its own or a limit passes.
  if (response.status >= 500 || response.status === 429) throw toProblem(response, null);
  clearTokens();
  return null;
}

/** One tab at a time, where the browser can (it can on https and localhost). */
async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('qd.refresh', async () => work()) : work();
}
