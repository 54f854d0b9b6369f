import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';
import { given, paging } from '@/api/queries/paging';

export const variablesQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ['projects', 'one', projectId, 'variables'],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/projects/{project_id}/variables', {
          params: { path: { project_id: projectId }, query: given({ limit: 100, cursor: pageParam }) },
          signal,
        }),
      ),
    ...paging,
  });

/** Puts a variable, or takes it away when there is no body. */
export function useChangeVariable(projectId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, body }: { name: string; body: Schema<'VariableDraft'> | null }): Promise<unknown> => {
      const params = { path: { project_id: projectId, name } };
      return body
        ? unwrap(client.PUT('/api/v1/projects/{project_id}/variables/{name}', { params, body }))
        : unwrap(client.DELETE('/api/v1/projects/{project_id}/variables/{name}', { params }));
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: variablesQuery(projectId).queryKey }),
  });
}
