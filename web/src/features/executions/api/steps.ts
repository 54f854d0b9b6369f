import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';

/** What became of each node, in the order of the document. */
export const stepsQuery = (executionId: string) =>
  queryOptions({
    queryKey: ['executions', 'one', executionId, 'steps'],
    queryFn: async ({ signal }) => {
      const list = await unwrap(
        client.GET('/api/v1/executions/{execution_id}/steps', { params: { path: { execution_id: executionId } }, signal }),
      );
      return list.items;
    },
    staleTime: 1000,
  });
