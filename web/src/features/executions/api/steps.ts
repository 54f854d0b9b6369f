import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';

/** What became of each node, in the order of the document; of the insides of maps and loops as much as can be listed. */
export const stepsQuery = (executionId: string) =>
  queryOptions({
    queryKey: ['executions', 'one', executionId, 'steps'],
    queryFn: ({ signal }) =>
      unwrap(client.GET('/api/v1/executions/{execution_id}/steps', { params: { path: { execution_id: executionId } }, signal })),
    staleTime: 1000,
  });

/** What became of the nodes inside one item of a map or loop: `each.3`. */
export const itemStepsQuery = (executionId: string, within: string) =>
  queryOptions({
    queryKey: [...stepsQuery(executionId).queryKey, within],
    queryFn: ({ signal }) =>
      unwrap(
        client.GET('/api/v1/executions/{execution_id}/steps', { params: { path: { execution_id: executionId }, query: { within } }, signal }),
      ),
    staleTime: 1000,
  });
