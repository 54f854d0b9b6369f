import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';

type Request = Schema<'BulkRequest'>;
export type BulkOutcome = Pick<Schema<'BulkAnswer'>, 'done' | 'failed'>;

/** As many requests as it takes: each does a bounded number. */
async function steerMany(request: Request): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { done: 0, failed: [] };
  for (;;) {
    const answer = await unwrap(client.POST('/api/v1/executions/bulk', { body: request }));
    outcome.done += answer.done;
    outcome.failed.push(...answer.failed);
    // What failed matches again: without progress the rest would never come.
    if (!answer.more || answer.done === 0) return outcome;
  }
}

/** Cancels, pauses, resumes or retries many executions: those named, or all that match a filter. */
export function useSteerMany() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: steerMany,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['executions'] }),
  });
}
