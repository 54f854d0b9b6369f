import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '../client';
import { given, paging } from './paging';

export const workflowsQuery = (projectId: string, q?: string, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['workflows', 'list', projectId, q ?? '', limit],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/projects/{project_id}/workflows', {
          params: { path: { project_id: projectId }, query: given({ q, limit, cursor: pageParam }) },
          signal,
        }),
      ),
    ...paging,
  });

export const workflowQuery = (id: string) =>
  queryOptions({
    queryKey: ['workflows', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(client.GET('/api/v1/workflows/{workflow_id}', { params: { path: { workflow_id: id } }, signal })),
  });
