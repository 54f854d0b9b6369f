import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '../client';
import { given, paging } from './paging';

export interface ExecutionFilter {
  project_id?: string | undefined;
  workflow_id?: string | undefined;
  status?: Schema<'ExecutionStatus'> | undefined;
  q?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export const executionsQuery = (filter: ExecutionFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['executions', 'list', filter, limit],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/executions', { params: { query: given({ ...filter, limit, cursor: pageParam }) }, signal }),
      ),
    staleTime: 1000,
    ...paging,
  });

export const executionQuery = (id: string) =>
  queryOptions({
    queryKey: ['executions', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(client.GET('/api/v1/executions/{execution_id}', { params: { path: { execution_id: id } }, signal })),
    staleTime: 1000,
  });
