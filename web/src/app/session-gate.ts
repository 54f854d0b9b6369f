import type { QueryClient } from '@tanstack/react-query';
import { redirect, type LoaderFunctionArgs } from 'react-router';
import { ApiProblem } from '@/api/problem';
import { meQuery, setupStatusQuery } from '@/api/queries/session';
import { readTokens } from '@/api/session';

/** Where an address may lead back to after signing in: only into this application. */
export function safeNext(next: string | null): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/';
}

/** Lets signed-in people through; sends everybody else to sign in, or to make the first account. */
export function requireSession(queryClient: QueryClient) {
  return async ({ request }: LoaderFunctionArgs) => {
    if (readTokens()) {
      try {
        await queryClient.ensureQueryData(meQuery());
        return null;
      } catch (error) {
        if (!(error instanceof ApiProblem && error.status === 401)) throw error;
      }
    }
    const status = await queryClient.fetchQuery(setupStatusQuery());
    if (status.needs_setup) throw redirect('/setup');
    const { pathname, search } = new URL(request.url);
    throw redirect(pathname === '/' ? '/login' : `/login?next=${encodeURIComponent(pathname + search)}`);
  };
}

/** Sends signed-in people away from the sign-in pages, and everybody to the one that fits. */
export function requireNobody(queryClient: QueryClient) {
  return async ({ request }: LoaderFunctionArgs) => {
    const url = new URL(request.url);
    if (readTokens()) throw redirect(safeNext(url.searchParams.get('next')));
    const { needs_setup } = await queryClient.fetchQuery(setupStatusQuery());
    if (needs_setup && url.pathname !== '/setup') throw redirect('/setup');
    if (!needs_setup && url.pathname === '/setup') throw redirect('/login');
    return null;
  };
}
