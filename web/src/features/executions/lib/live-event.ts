// What an event of a running execution changes in what is on the screen. Only what one sees at once is
// patched here; a read of the steps follows shortly and brings the rest (durations, cost).
import type { Schema } from '@/api/client';
import { isObject } from '@/lib/json';
import type { ServerEvent } from '@/lib/sse';
import type { ExecutionStatus, StepStatus } from '@/lib/status';

type Execution = Schema<'Execution'>;
type Step = Schema<'Step'>;

export interface LiveEvent {
  seq: number;
  type: string;
  step: string | null;
  data: Record<string, unknown>;
}

/** Null for what is not about the journal (keep-alives, the end). */
export function readLiveEvent(event: ServerEvent): LiveEvent | null {
  let data: unknown;
  try {
    data = JSON.parse(event.data);
  } catch {
    return null;
  }
  if (!isObject(data)) return null;
  const seq = Number(event.id ?? data['seq']);
  const type = typeof data['type'] === 'string' ? data['type'] : event.type;
  return Number.isFinite(seq) ? { seq, type, step: typeof data['step'] === 'string' ? data['step'] : null, data } : null;
}

const EXECUTION_STATUS: Record<string, ExecutionStatus> = {
  execution_started: 'running',
  execution_paused: 'paused',
  execution_resumed: 'running',
  execution_retried: 'running',
  execution_completed: 'completed',
  execution_failed: 'failed',
  execution_cancelled: 'cancelled',
  execution_timed_out: 'timed_out',
};

const STEP_STATUS: Record<string, StepStatus> = {
  step_started: 'running',
  step_completed: 'completed',
  step_failed: 'failed',
  step_skipped: 'skipped',
  step_waiting: 'waiting',
  step_cancelled: 'cancelled',
};

/** The execution after the event; the same one when it was known already. */
export function patchExecution(execution: Execution, event: LiveEvent): Execution {
  if (event.seq <= execution.revision) return execution;
  const status = EXECUTION_STATUS[event.type] ?? execution.status;
  return { ...execution, revision: event.seq, status };
}

/** The steps after the event. */
export function patchSteps(steps: Step[], event: LiveEvent): Step[] {
  const status = STEP_STATUS[event.type];
  if (!event.step || !status || !steps.some((step) => step.node_id === event.step)) return steps;
  return steps.map((step) => (step.node_id === event.step ? { ...step, status } : step));
}

/** Whether the event can have changed who is asked for a decision. */
export function touchesApprovals(event: LiveEvent): boolean {
  return event.type === 'step_waiting' || event.type === 'step_completed' || event.type.startsWith('execution_');
}
