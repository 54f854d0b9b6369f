import type { components } from '@/api/schema';

export type ExecutionStatus = components['schemas']['ExecutionStatus'];
export type StepStatus = components['schemas']['StepStatus'];
export type Tone = 'running' | 'waiting' | 'good' | 'bad' | 'idle' | 'doubt';

const TONES: Record<ExecutionStatus | StepStatus, Tone> = {
  pending: 'idle',
  running: 'running',
  waiting: 'waiting',
  paused: 'waiting',
  completed: 'good',
  failed: 'bad',
  cancelled: 'idle',
  timed_out: 'bad',
  skipped: 'idle',
  uncertain: 'doubt',
};

export function toneOf(status: ExecutionStatus | StepStatus): Tone {
  return TONES[status] ?? 'idle';
}

/** Nothing more happens by itself. */
export function isFinal(status: ExecutionStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'timed_out';
}

export const EXECUTION_STATUSES: readonly ExecutionStatus[] = [
  'pending',
  'running',
  'waiting',
  'paused',
  'completed',
  'failed',
  'cancelled',
  'timed_out',
];
