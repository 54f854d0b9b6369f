import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';
import { given, paging } from '@/api/queries/paging';

export const credentialsQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ['projects', 'one', projectId, 'credentials'],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/projects/{project_id}/credentials', {
          params: { path: { project_id: projectId }, query: given({ limit: 100, cursor: pageParam }) },
          signal,
        }),
      ),
    ...paging,
  });

export type CredentialChange =
  | { kind: 'create'; body: Schema<'CredentialDraft'> }
  | { kind: 'replace'; id: string; body: Schema<'CredentialDraft'> }
  | { kind: 'delete'; id: string };

export function useChangeCredential(projectId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (change: CredentialChange): Promise<unknown> => {
      const path = { project_id: projectId };
      if (change.kind === 'create') {
        return unwrap(client.POST('/api/v1/projects/{project_id}/credentials', { params: { path }, body: change.body }));
      }
      const params = { path: { ...path, credential_id: change.id } };
      return change.kind === 'replace'
        ? unwrap(client.PUT('/api/v1/projects/{project_id}/credentials/{credential_id}', { params, body: change.body }))
        : unwrap(client.DELETE('/api/v1/projects/{project_id}/credentials/{credential_id}', { params }));
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: credentialsQuery(projectId).queryKey }),
  });
}
