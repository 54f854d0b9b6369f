import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import { executionQuery } from '@/api/queries/executions';

export type Steering = 'cancel' | 'pause' | 'resume' | 'retry';

/** Cancels, pauses, resumes or retries an execution. */
export function useSteer(executionId: string) {
  const queryClient = useQueryClient();
  const params = { path: { execution_id: executionId } };
  return useMutation({
    mutationFn: async (action: Steering) => {
      switch (action) {
        case 'cancel':
          return unwrap(client.POST('/api/v1/executions/{execution_id}/cancel', { params, body: {} }));
        case 'pause':
          return unwrap(client.POST('/api/v1/executions/{execution_id}/pause', { params }));
        case 'resume':
          return unwrap(client.POST('/api/v1/executions/{execution_id}/resume', { params }));
        case 'retry':
          return unwrap(client.POST('/api/v1/executions/{execution_id}/retry', { params }));
      }
    },
    onSuccess: (execution) => queryClient.setQueryData(executionQuery(executionId).queryKey, execution),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['executions'] }),
  });
}
