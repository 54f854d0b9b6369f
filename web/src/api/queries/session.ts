import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '../client';

/** Who is signed in. */
export const meQuery = () =>
  queryOptions({
    queryKey: ['me'],
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/auth/me', { signal })),
    staleTime: 5 * 60_000,
  });

/** Whether somebody has registered yet, and who may. */
export const setupStatusQuery = () =>
  queryOptions({
    queryKey: ['setup-status'],
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/auth/status', { signal })),
    staleTime: 0,
  });
