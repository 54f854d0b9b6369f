import type { Schema } from '@/api/client';
import type { NodeState } from '@/components/graph/flow-model';
import { formatDuration } from '@/lib/format';

/** How each node of the graph stands. */
export function nodeStates(steps: readonly Schema<'Step'>[]): Map<string, NodeState> {
  return new Map(
    steps.map((step) => [
      step.node_id,
      {
        status: step.status,
        detail: step.status === 'waiting' ? (step.waiting_for ?? '') : step.duration_ms != null && step.status !== 'skipped' ? formatDuration(step.duration_ms) : '',
      },
    ]),
  );
}
