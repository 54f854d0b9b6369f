import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '../client';
import { given, paging } from './paging';

export const agentsQuery = (projectId: string, q?: string, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['agents', 'list', projectId, q ?? '', limit],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/projects/{project_id}/agents', {
          params: { path: { project_id: projectId }, query: given({ q, limit, cursor: pageParam }) },
          signal,
        }),
      ),
    ...paging,
  });

export const agentQuery = (id: string) =>
  queryOptions({
    queryKey: ['agents', 'one', id],
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/agents/{agent_id}', { params: { path: { agent_id: id } }, signal })),
  });
