import { client } from './client';
import { clearTokens, readTokens } from './session';

/** Ends the session here at once and tells the server, which may be out of reach. */
export async function signOut(): Promise<void> {
  const tokens = readTokens();
  clearTokens();
  if (!tokens) return;
  await client.POST('/api/v1/auth/logout', { body: { refresh_token: tokens.refresh } }).catch(() => {});
}
