import type { components } from '@/api/schema';

/** How far a map or loop has come; `done` counts those that failed too. */
export type Progress = components['schemas']['StepItems'];

/** `3 of 5 done, 1 failed`; of a loop, which has no fixed number of rounds, `3 rounds, at most 100`. */
export function progressText(type: string, { total, done, failed }: Progress): string {
  if (type === 'loop') return `${done} ${done === 1 ? 'round' : 'rounds'}, at most ${total}`;
  return `${done} of ${total} done${failed > 0 ? `, ${failed} failed` : ''}`;
}
