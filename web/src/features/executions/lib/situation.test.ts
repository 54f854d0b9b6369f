import { expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { failedStep, situation, testLabel } from './situation';

const execution = (more: object) => ({ status: 'running', waiting_for: null, error: null, test: null, ...more }) as Schema<'Execution'>;

it('says what is waited for', () => {
  const waiting = (waiting_for: string) => situation(execution({ status: 'waiting', waiting_for }));

  expect(waiting('task')).toBe('Waiting for a worker');
  expect(waiting('workflow')).toBe('Waiting for another workflow');
  expect(situation(execution({}))).toBeUndefined();
  expect(situation(execution({ status: 'completed', waiting_for: 'task' }))).toBeUndefined();
});

it('takes the words of the server where it knows more', () => {
  const waiting = (waiting_for: string | null, explanation: string) => situation(execution({ status: 'waiting', waiting_for, explanation }));

  expect(waiting('retry', 'waits 5s to retry')).toBe('Waits 5s to retry');
  expect(waiting(null, 'waits for a free place')).toBe('Waits for a free place');
  expect(waiting('task', "waits in step 't' for task")).toBe('Waiting for a worker');
});

it('says that it undoes what it did', () => {
  expect(situation(execution({ error: { code: 'x' } }))).toBe('It failed and is undoing what it did.');
  expect(situation(execution({ status: 'failed', error: { code: 'x' } }))).toBeUndefined();
});

it('tells a test run, and where it stops', () => {
  expect(testLabel(execution({}))).toBeNull();
  expect(testLabel(execution({ test: {} }))).toBe('Test run');
  expect(testLabel(execution({ test: { stop_at: 'greet' } }))).toBe('Test run to greet');
});

it('finds the step inside a body that a failure came from', () => {
  const steps = [
    { path: 'each', status: 'failed' },
    { path: 'each.1.fetch', status: 'failed' },
  ] as Schema<'Step'>[];

  expect(failedStep(execution({ error: { details: { step: 'each.1.fetch' } } }), steps)).toBe('each.1.fetch');
  expect(failedStep(execution({ error: { details: { step: 'gone' } } }), steps)).toBe('each');
  expect(failedStep(execution({ error: { code: 'timeout' } }), [])).toBeUndefined();
});
