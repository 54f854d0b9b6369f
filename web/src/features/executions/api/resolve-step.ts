import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';
import { executionQuery } from '@/api/queries/executions';

/** Says of an uncertain step whether what it sent did happen. */
export function useResolveStep(executionId: string, path: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<'ResolveRequest'>) =>
      unwrap(
        client.POST('/api/v1/executions/{execution_id}/steps/{node_id}/resolve', {
          params: { path: { execution_id: executionId, node_id: path } },
          body,
        }),
      ),
    onSuccess: (execution) => queryClient.setQueryData(executionQuery(executionId).queryKey, execution),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['executions'] }),
  });
}
