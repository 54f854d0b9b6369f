import { queryOptions } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';
import { given } from '@/api/queries/paging';

const PAGE = 200;
// What one page can show with sense; an execution with more says so.
const MAX_STEPS = 2000;

/** All steps of an execution, in the order in which they began. */
export const stepsQuery = (executionId: string) =>
  queryOptions({
    queryKey: ['executions', 'one', executionId, 'steps'],
    queryFn: async ({ signal }) => {
      const steps: Schema<'Step'>[] = [];
      let cursor: string | null = null;
      do {
        const page: Schema<'StepPage'> = await unwrap(
          client.GET('/api/v1/executions/{execution_id}/steps', {
            params: { path: { execution_id: executionId }, query: given({ limit: PAGE, cursor }) },
            signal,
          }),
        );
        steps.push(...page.items);
        cursor = page.next_cursor ?? null;
      } while (cursor !== null && steps.length < MAX_STEPS);
      return steps;
    },
    staleTime: 1000,
  });
