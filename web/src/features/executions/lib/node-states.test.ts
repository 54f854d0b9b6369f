import { expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { nodeStates, stepOfNode } from './node-states';

const step = (path: string, status: string, more: object = {}) => ({ path, status, items: null, ...more }) as Schema<'Step'>;
const steps = [
  step('first', 'completed', { duration_ms: 2000 }),
  step('each', 'running', { type: 'map', items: { total: 5, done: 2, failed: 1, open: 2 } }),
  step('each.3.fetch', 'completed', { duration_ms: 10 }),
  step('each.3.ask', 'waiting', { waiting_for: 'approval' }),
  step('each.4.fetch', 'running'),
  step('each.4.ask', 'pending'),
  step('print', 'waiting', { waiting_for: 'task' }),
];

it('says in words how each node stands', () => {
  const states = nodeStates(steps);

  expect(states.get('first')).toMatchObject({ status: 'completed', detail: '2.0 s' });
  expect(states.get('print')).toMatchObject({ status: 'waiting', detail: 'for a worker' });
  expect(states.get('each')).toMatchObject({ detail: '2 of 5 done, 1 failed', progress: { total: 5 } });
});

it('takes together the items that a node in a body runs for', () => {
  const states = nodeStates(steps);

  expect(states.get('each.ask')).toEqual({ status: 'waiting', detail: '1 of 2 items', progress: null });
  expect(states.get('each.fetch')?.status).toBe('running');
});

it('chooses the step that a node shows, or what is around it', () => {
  expect(stepOfNode(steps, 'each.ask')?.path).toBe('each.3.ask');
  expect(stepOfNode(steps, 'each.gone')?.path).toBe('each');
  expect(stepOfNode(steps, 'nowhere')).toBeNull();
});
