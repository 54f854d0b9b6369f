import { client, unwrap } from '@/api/client';
import { storeTokens } from '@/api/session';

/** Signs in; the application notices by itself and shows the page that was asked for. */
export async function signIn(email: string, password: string): Promise<void> {
  storeTokens(await unwrap(client.POST('/api/v1/auth/login', { body: { email, password } })));
}
