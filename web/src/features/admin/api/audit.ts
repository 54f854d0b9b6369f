import { infiniteQueryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import { given, paging } from '@/api/queries/paging';

export const auditQuery = (filter: { action?: string; from?: string | undefined }) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(client.GET('/api/v1/audit', { params: { query: given({ ...filter, cursor: pageParam }) }, signal })),
    ...paging,
  });
