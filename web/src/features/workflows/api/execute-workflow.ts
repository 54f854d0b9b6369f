import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';

export function useExecuteWorkflow(workflowId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<'ExecuteRequest'>) =>
      unwrap(
        client.POST('/api/v1/workflows/{workflow_id}/execute', {
          params: { path: { workflow_id: workflowId } },
          body,
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['executions', 'list'] }),
  });
}
