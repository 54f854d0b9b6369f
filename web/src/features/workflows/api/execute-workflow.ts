import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';

export function useExecuteWorkflow(workflowId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (input: unknown) =>
      unwrap(
        client.POST('/api/v1/workflows/{workflow_id}/execute', {
          params: { path: { workflow_id: workflowId } },
          body: { input },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['executions', 'list'] }),
  });
}
