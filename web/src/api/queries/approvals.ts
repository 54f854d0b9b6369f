import { infiniteQueryOptions } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '../client';
import { given, paging } from './paging';

export interface ApprovalFilter {
  status?: Schema<'ApprovalStatus'> | undefined;
  project_id?: string | undefined;
  execution_id?: string | undefined;
}

export const approvalsQuery = (filter: ApprovalFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['approvals', 'list', filter, limit],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/approvals', { params: { query: given({ ...filter, limit, cursor: pageParam }) }, signal }),
      ),
    staleTime: 2000,
    ...paging,
  });
