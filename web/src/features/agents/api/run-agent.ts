import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';

export function useRunAgent(agentId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (input: unknown) =>
      unwrap(client.POST('/api/v1/agents/{agent_id}/run', { params: { path: { agent_id: agentId } }, body: { input } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['executions', 'list'] }),
  });
}
