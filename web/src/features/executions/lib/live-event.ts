// What an event of a running execution changes in what is on the screen. Only what one sees at once is
// patched here; a read of the steps follows shortly and brings the rest (durations, cost).
import type { Schema } from '@/api/client';
import { isObject } from '@/lib/json';
import type { ServerEvent } from '@/lib/sse';
import { EXECUTION_STATUSES, isFinal, type ExecutionStatus, type StepStatus } from '@/lib/status';
import { patchProgress } from './step-progress';

type Execution = Schema<'Execution'>;
type Step = Schema<'Step'>;

/** One row of the journal: `{seq, at, type, node_id, data}`. */
export interface LiveEvent {
  seq: number;
  type: string;
  /** The step's path (`each.3.fetch`); null where it is about the execution. */
  nodeId: string | null;
  data: Record<string, unknown>;
}

/** Null for what is no row of the journal. */
export function readLiveEvent(event: ServerEvent): LiveEvent | null {
  let row: unknown;
  try {
    row = JSON.parse(event.data);
  } catch {
    return null;
  }
  if (!isObject(row)) return null;
  if (event.type === 'token') return null;
  const seq = Number(row['seq'] ?? event.id ?? Number.NaN);
  if (!Number.isInteger(seq)) return null;
  const nodeId = row['node_id'];
  return {
    seq,
    type: typeof row['type'] === 'string' ? row['type'] : event.type,
    nodeId: typeof nodeId === 'string' && nodeId !== '' ? nodeId : null,
    data: isObject(row['data']) ? row['data'] : {},
  };
}

const EXECUTION_STATUS: Record<string, ExecutionStatus> = {
  started: 'running',
  paused: 'paused',
  resumed: 'running',
};

const STEP_STATUS: Record<string, StepStatus> = {
  step_started: 'running',
  step_waiting: 'waiting',
  step_retrying: 'waiting',
  step_completed: 'completed',
  step_failed: 'failed',
  step_skipped: 'skipped',
  step_cancelled: 'cancelled',
  step_uncertain: 'uncertain',
};

function finalStatus(value: unknown): ExecutionStatus | undefined {
  return EXECUTION_STATUSES.find((status) => status === value && isFinal(status));
}

/** The execution after the event; the same one when it was known already. */
export function patchExecution(execution: Execution, event: LiveEvent): Execution {
  if (event.seq <= execution.revision) return execution;
  const status = event.type === 'finished' ? finalStatus(event.data['status']) : EXECUTION_STATUS[event.type];
  const error = event.type === 'failing' ? event.data['error'] : execution.error;
  return { ...execution, revision: event.seq, status: status ?? execution.status, error };
}

/** The steps after the event. */
export function patchSteps(steps: Step[], event: LiveEvent): Step[] {
  const path = event.nodeId;
  if (!path) return steps;
  if (event.type === 'step_recorded') return patchProgress(steps, path, event.data);
  const status = STEP_STATUS[event.type];
  if (!status || !steps.some((step) => step.path === path)) return steps;
  return steps.map((step) => (step.path === path ? { ...step, status } : step));
}

/** Whether the event can have changed who is asked for a decision. */
export function touchesApprovals(event: LiveEvent): boolean {
  return event.type === 'step_waiting' || event.type === 'step_completed' || event.nodeId === null;
}

/** A piece of what a model says while it says it. */
export interface Token {
  step: string;
  attempt: number;
  /** How many bytes of the attempt came before. */
  offset: number;
  text: string;
}

/** Null for what is no piece of a model's text. */
export function readToken(event: ServerEvent): Token | null {
  if (event.type !== 'token') return null;
  try {
    const message: unknown = JSON.parse(event.data);
    return isObject(message) && isObject(message['data']) ? (message['data'] as unknown as Token) : null;
  } catch {
    return null;
  }
}

/** What models say in the steps that run: by the step's path. */
export type LiveTexts = Readonly<Record<string, { attempt: number; bytes: number; text: string }>>;

/** The texts with the piece behind what is there; where pieces were missed, `…` stands for them. */
export function addToken(texts: LiveTexts, { step, attempt, offset, text }: Token): LiveTexts {
  const known = texts[step];
  const before = known && known.attempt === attempt && offset >= known.bytes ? known : { bytes: 0, text: '' };
  const gap = offset > before.bytes ? '…' : '';
  return { ...texts, [step]: { attempt, bytes: offset + new TextEncoder().encode(text).length, text: before.text + gap + text } };
}
