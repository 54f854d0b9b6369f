import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';

/** Begins a new execution that keeps all results but those of a step and what comes after it. */
export function useFork(executionId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (fromStep: string) =>
      unwrap(
        client.POST('/api/v1/executions/{execution_id}/fork', {
          params: { path: { execution_id: executionId } },
          body: { from_step: fromStep },
        }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['executions'] }),
  });
}
