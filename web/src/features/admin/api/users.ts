import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';
import { given, paging } from '@/api/queries/paging';

export const usersQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['users', q],
    queryFn: ({ pageParam, signal }) =>
      unwrap(client.GET('/api/v1/users', { params: { query: given({ q, sort: 'email', cursor: pageParam }) }, signal })),
    ...paging,
  });

export const invitesQuery = () =>
  infiniteQueryOptions({
    queryKey: ['invites'],
    queryFn: ({ pageParam, signal }) =>
      unwrap(client.GET('/api/v1/invites', { params: { query: given({ cursor: pageParam }) }, signal })),
    ...paging,
  });

export function usePatchUser() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ user, change }: { user: Schema<'User'>; change: Schema<'UserPatch'> }) =>
      unwrap(
        client.PATCH('/api/v1/users/{id}', {
          params: { path: { id: user.id }, header: { 'If-Match': `"${user.revision}"` } },
          body: change,
        }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['users'] }),
  });
}

export function useDeleteUser() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(client.DELETE('/api/v1/users/{id}', { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['users'] }),
  });
}

export function useCreateInvite() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<'InviteDraft'>) => unwrap(client.POST('/api/v1/invites', { body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['invites'] }),
  });
}

export function useRevokeInvite() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(client.DELETE('/api/v1/invites/{id}', { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['invites'] }),
  });
}
