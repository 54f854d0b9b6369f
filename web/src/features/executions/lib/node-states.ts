import type { Schema } from '@/api/client';
import type { NodeState } from '@/components/graph/flow-model';
import { formatDuration } from '@/lib/format';
import { nodePath } from '@/lib/node-path';
import { progressText } from '@/lib/progress';
import type { StepStatus } from '@/lib/status';
import { waitingWords } from '@/lib/waiting';

type Step = Schema<'Step'>;

/** Of a node that runs for several items: what one wants to know first. */
const URGENCY: readonly StepStatus[] = ['failed', 'uncertain', 'waiting', 'running', 'completed', 'cancelled', 'skipped', 'pending'];

function detailOf(step: Step): string {
  if (step.items) return progressText(step.type, step.items);
  if (step.status === 'waiting') return waitingWords(step.waiting_for);
  return step.duration_ms != null && step.status !== 'skipped' ? formatDuration(step.duration_ms) : '';
}

function stateOf(steps: readonly Step[]): NodeState | null {
  const status = URGENCY.find((one) => steps.some((step) => step.status === one));
  const alike = steps.filter((step) => step.status === status);
  const [first] = alike;
  if (!status || !first) return null;
  if (steps.length === 1) return { status, detail: detailOf(first), progress: first.items ?? null };
  return { status, detail: `${alike.length} of ${steps.length} items`, progress: null };
}

/** How each node of the graph stands, over all items that it runs for; by its path in the document. */
export function nodeStates(steps: readonly Step[]): Map<string, NodeState> {
  const byNode = new Map<string, Step[]>();
  for (const step of steps) {
    const path = nodePath(step.path);
    const group = byNode.get(path);
    if (group) group.push(step);
    else byNode.set(path, [step]);
  }
  return new Map(
    [...byNode].flatMap(([path, group]) => {
      const state = stateOf(group);
      return state ? [[path, state] as const] : [];
    }),
  );
}

/** The step to look at when the node at a path in the document is chosen: the one that its state tells of. */
export function stepOfNode(steps: readonly Step[], path: string): Step | null {
  const own = steps.filter((step) => nodePath(step.path) === path);
  for (const status of URGENCY) {
    const found = own.find((step) => step.status === status);
    if (found) return found;
  }
  // It runs for no item now; what is around it does, or did.
  const around = path.lastIndexOf('.');
  return around < 0 ? null : stepOfNode(steps, path.slice(0, around));
}
