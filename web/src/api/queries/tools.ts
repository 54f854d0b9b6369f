import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '../client';
import { given, paging } from './paging';

export const toolsQuery = (projectId: string, q?: string, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['tools', 'list', projectId, q ?? '', limit],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/projects/{project_id}/tools', {
          params: { path: { project_id: projectId }, query: given({ q, limit, cursor: pageParam }) },
          signal,
        }),
      ),
    ...paging,
  });

export const toolQuery = (id: string) =>
  queryOptions({
    queryKey: ['tools', 'one', id],
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/tools/{tool_id}', { params: { path: { tool_id: id } }, signal })),
  });
