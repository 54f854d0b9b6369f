// What an execution does now, in words.
import type { Schema } from '@/api/client';
import { isObject } from '@/lib/json';
import { isFinal } from '@/lib/status';
import { waitingWords } from '@/lib/waiting';

type Execution = Schema<'Execution'>;

/** It has failed, and undoes what it did before it ends. */
export function isUndoing(execution: Execution): boolean {
  return !isFinal(execution.status) && execution.error != null;
}

/** Where these words say more than the server's, which knows best what else holds something up. */
const OWN_WORDS = new Set(['task', 'workflow']);

function reasonOf({ waiting_for, explanation }: Pick<Execution, 'waiting_for' | 'explanation'>): string {
  const words = waitingWords(waiting_for);
  if (explanation && !OWN_WORDS.has(waiting_for ?? '')) return explanation.charAt(0).toUpperCase() + explanation.slice(1);
  return words && `Waiting ${words}`;
}

/** Why a step does not move; empty where it does. */
export function waitsFor(step: Schema<'Step'>): string {
  return step.status === 'waiting' || step.explanation ? reasonOf(step) : '';
}

/** The line under the title; undefined where the status says it all. */
export function situation(execution: Execution): string | undefined {
  if (isFinal(execution.status)) return undefined;
  const undoing = isUndoing(execution) ? 'It failed and is undoing what it did.' : '';
  return [undoing, reasonOf(execution)].filter(Boolean).join(' ') || undefined;
}

/** `Test run`, `Test run to greet`; null where it is none. */
export function testLabel(execution: Execution): string | null {
  if (execution.test == null) return null;
  const stopAt = isObject(execution.test) ? execution.test['stop_at'] : undefined;
  return typeof stopAt === 'string' && stopAt !== '' ? `Test run to ${stopAt}` : 'Test run';
}

/** The path of the step that a failure came from, where the error tells. */
export function failedStep(execution: Execution, steps: readonly Schema<'Step'>[]): string | undefined {
  const details = isObject(execution.error) ? execution.error['details'] : undefined;
  const told = isObject(details) ? details['step'] : undefined;
  if (typeof told === 'string' && steps.some((step) => step.path === told)) return told;
  return steps.find((step) => step.status === 'failed')?.path;
}
