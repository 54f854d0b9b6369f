import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';
import { given, paging } from '@/api/queries/paging';

export const apiKeysQuery = () =>
  infiniteQueryOptions({
    queryKey: ['api-keys'],
    queryFn: ({ pageParam, signal }) =>
      unwrap(client.GET('/api/v1/api-keys', { params: { query: given({ cursor: pageParam }) }, signal })),
    ...paging,
  });

export const scopesQuery = () =>
  queryOptions({
    queryKey: ['scopes'],
    queryFn: ({ signal }) => unwrap(client.GET('/api/v1/auth/scopes', { signal })),
    staleTime: Infinity,
  });

export function useCreateApiKey() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<'ApiKeyDraft'>) => unwrap(client.POST('/api/v1/api-keys', { body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['api-keys'] }),
  });
}

export function useDeleteApiKey() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(client.DELETE('/api/v1/api-keys/{id}', { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['api-keys'] }),
  });
}
