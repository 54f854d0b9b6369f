import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import type { JsonObject } from '@/lib/json';

export function useTestTool(toolId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    // The page of the execution shows how it goes: nothing to wait for here.
    mutationFn: (args: JsonObject) =>
      unwrap(
        client.POST('/api/v1/tools/{tool_id}/test', { params: { path: { tool_id: toolId } }, body: { arguments: args, wait_ms: 0 } }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['executions', 'list'] }),
  });
}
