import { expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { patchExecution, patchSteps, readLiveEvent } from './live-event';

const execution = { id: 'e', status: 'running', revision: 4 } as Schema<'Execution'>;
const steps = [
  { node_id: 'a', status: 'completed' },
  { node_id: 'b', status: 'running' },
] as Schema<'Step'>[];
const event = (id: string, data: object) => readLiveEvent({ id, type: 'entry', data: JSON.stringify(data) });

it('reads what the journal says', () => {
  expect(event('5', { type: 'step_completed', step: 'b' })).toMatchObject({ seq: 5, type: 'step_completed', step: 'b' });
});

it('passes over what is not JSON or has no number', () => {
  expect(readLiveEvent({ id: '1', type: 'x', data: 'ping' })).toBeNull();
  expect(readLiveEvent({ id: null, type: 'x', data: '{}' })).toBeNull();
});

it('takes up news and ignores what was known', () => {
  const news = event('5', { type: 'execution_completed' });
  const old = event('3', { type: 'execution_started' });

  expect(news && patchExecution(execution, news)).toMatchObject({ status: 'completed', revision: 5 });
  expect(old && patchExecution({ ...execution, status: 'completed' }, old)).toMatchObject({ status: 'completed' });
});

it('changes the one step that the event is about', () => {
  const news = event('5', { type: 'step_waiting', step: 'b' });

  expect(news && patchSteps(steps, news).map((step) => step.status)).toEqual(['completed', 'waiting']);
});
