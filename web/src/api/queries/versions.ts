// The versions that agents, tools and workflows have in common.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '../client';
import { given } from './paging';

export type Kind = 'agents' | 'tools' | 'workflows';

/** Newest first. */
export const versionsQuery = (kind: Kind, id: string) =>
  queryOptions({
    queryKey: [kind, 'one', id, 'versions'],
    queryFn: ({ signal }): Promise<Schema<'VersionList'>> => {
      switch (kind) {
        case 'agents':
          return unwrap(client.GET('/api/v1/agents/{agent_id}/versions', { params: { path: { agent_id: id } }, signal }));
        case 'tools':
          return unwrap(client.GET('/api/v1/tools/{tool_id}/versions', { params: { path: { tool_id: id } }, signal }));
        case 'workflows':
          return unwrap(client.GET('/api/v1/workflows/{workflow_id}/versions', { params: { path: { workflow_id: id } }, signal }));
      }
    },
  });

/** One version of a workflow; it never changes. */
export const workflowVersionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ['workflows', 'one', id, 'versions', version],
    queryFn: ({ signal }) =>
      unwrap(
        client.GET('/api/v1/workflows/{workflow_id}/versions/{version}', {
          params: { path: { workflow_id: id, version: String(version) } },
          signal,
        }),
      ),
    staleTime: Infinity,
  });

/** What differs between two versions; null stands for the draft. */
export const diffQuery = (kind: Kind, id: string, from: number, to: number | null) =>
  queryOptions({
    queryKey: [kind, 'one', id, 'diff', from, to],
    queryFn: ({ signal }): Promise<Schema<'Diff'>> => {
      const query = given({ from, to });
      switch (kind) {
        case 'agents':
          return unwrap(client.GET('/api/v1/agents/{agent_id}/diff', { params: { path: { agent_id: id }, query }, signal }));
        case 'tools':
          return unwrap(client.GET('/api/v1/tools/{tool_id}/diff', { params: { path: { tool_id: id }, query }, signal }));
        case 'workflows':
          return unwrap(client.GET('/api/v1/workflows/{workflow_id}/diff', { params: { path: { workflow_id: id }, query }, signal }));
      }
    },
  });

/** Makes the draft the next version. */
export function usePublish(kind: Kind, id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (note: string) => {
      const body = note ? { note } : {};
      switch (kind) {
        case 'agents':
          return unwrap(client.POST('/api/v1/agents/{agent_id}/publish', { params: { path: { agent_id: id } }, body }));
        case 'tools':
          return unwrap(client.POST('/api/v1/tools/{tool_id}/publish', { params: { path: { tool_id: id } }, body }));
        case 'workflows':
          return unwrap(client.POST('/api/v1/workflows/{workflow_id}/publish', { params: { path: { workflow_id: id } }, body }));
      }
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: [kind] }),
  });
}

/** Publishes an old version's content again, as a new version. */
export function useRollBack(kind: Kind, id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (version: number) => {
      const body = { version };
      switch (kind) {
        case 'agents':
          return unwrap(client.POST('/api/v1/agents/{agent_id}/rollback', { params: { path: { agent_id: id } }, body }));
        case 'tools':
          return unwrap(client.POST('/api/v1/tools/{tool_id}/rollback', { params: { path: { tool_id: id } }, body }));
        case 'workflows':
          return unwrap(client.POST('/api/v1/workflows/{workflow_id}/rollback', { params: { path: { workflow_id: id } }, body }));
      }
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: [kind] }),
  });
}
