import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';
import { given, paging } from '@/api/queries/paging';

const key = (projectId: string) => ['projects', 'one', projectId, 'members'];

export const membersQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: key(projectId),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/api/v1/projects/{project_id}/members', {
          params: { path: { project_id: projectId }, query: given({ limit: 100, cursor: pageParam }) },
          signal,
        }),
      ),
    ...paging,
  });

export type MemberChange =
  | { kind: 'add'; body: Schema<'MemberDraft'> }
  | { kind: 'role'; userId: string; role: Schema<'ProjectRole'> }
  | { kind: 'remove'; userId: string };

export function useChangeMembers(projectId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (change: MemberChange): Promise<unknown> => {
      const path = { project_id: projectId };
      switch (change.kind) {
        case 'add':
          return unwrap(client.POST('/api/v1/projects/{project_id}/members', { params: { path }, body: change.body }));
        case 'role':
          return unwrap(
            client.PATCH('/api/v1/projects/{project_id}/members/{user_id}', {
              params: { path: { ...path, user_id: change.userId } },
              body: { role: change.role },
            }),
          );
        case 'remove':
          return unwrap(
            client.DELETE('/api/v1/projects/{project_id}/members/{user_id}', {
              params: { path: { ...path, user_id: change.userId } },
            }),
          );
      }
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['projects', 'one', projectId] }),
  });
}
