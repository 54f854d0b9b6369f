import { expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { addToken, patchExecution, patchSteps, readLiveEvent, readToken, touchesApprovals, type LiveEvent } from './live-event';

const execution = { id: 'e', status: 'running', revision: 4 } as Schema<'Execution'>;
const steps = [
  { path: 'a', status: 'completed' },
  { path: 'b', status: 'running' },
] as Schema<'Step'>[];
const event = (seq: number, type: string, nodeId: string | null = null): LiveEvent => ({ seq, type, nodeId, data: {} });

it('reads a row of the journal', () => {
  const data = '{"seq": 5, "at": "2026-01-01T00:00:00.000Z", "type": "step_completed", "node_id": "b", "data": {"output": 1}}';

  expect(readLiveEvent({ id: '5', type: 'step_completed', data })).toEqual({
    seq: 5,
    type: 'step_completed',
    nodeId: 'b',
    data: { output: 1 },
  });
});

it('knows what is about the execution itself', () => {
  const data = '{"seq": 1, "type": "started", "node_id": "", "data": {}}';

  expect(readLiveEvent({ id: '1', type: 'started', data })?.nodeId).toBeNull();
});

it('passes over what is not JSON or has no number', () => {
  expect(readLiveEvent({ id: '1', type: 'x', data: 'ping' })).toBeNull();
  expect(readLiveEvent({ id: null, type: 'x', data: '{}' })).toBeNull();
});

it('takes up news and ignores what was known', () => {
  expect(patchExecution(execution, event(5, 'paused'))).toMatchObject({ status: 'paused', revision: 5 });
  expect(patchExecution({ ...execution, status: 'completed' }, event(3, 'started'))).toMatchObject({ status: 'completed' });
});

it('takes how it ended from the last event', () => {
  const end = (status: unknown) => patchExecution(execution, { ...event(5, 'finished'), data: { status } });

  expect(end('timed_out')).toMatchObject({ status: 'timed_out', revision: 5 });
  expect(end('waiting')).toMatchObject({ status: 'running', revision: 5 });
});

it('knows why it fails while it still undoes what it did', () => {
  const failing = { ...event(5, 'failing'), data: { status: 'failed', error: { code: 'x' } } };

  expect(patchExecution(execution, failing)).toMatchObject({ status: 'running', error: { code: 'x' } });
});

it('tells steps with the same node apart by their paths', () => {
  const items = [
    { node_id: 'ask', path: 'each.0.ask', status: 'running' },
    { node_id: 'ask', path: 'each.1.ask', status: 'running' },
  ] as Schema<'Step'>[];

  expect(patchSteps(items, event(5, 'step_waiting', 'each.1.ask')).map((step) => step.status)).toEqual(['running', 'waiting']);
});

it('changes the one step that the event is about', () => {
  expect(patchSteps(steps, event(5, 'step_waiting', 'b')).map((step) => step.status)).toEqual(['completed', 'waiting']);
  expect(patchSteps(steps, event(5, 'step_completed', 'unknown'))).toBe(steps);
});

it('asks again for approvals when a step begins to wait or the execution ends', () => {
  expect(touchesApprovals(event(5, 'step_waiting', 'b'))).toBe(true);
  expect(touchesApprovals(event(5, 'finished'))).toBe(true);
  expect(touchesApprovals(event(5, 'step_started', 'b'))).toBe(false);
});

it('reads what a model says, which is no row of the journal', () => {
  const data = '{"at": "2026-01-01T00:00:00.000Z", "type": "token", "data": {"step": "a", "attempt": 1, "offset": 0, "text": "Hi"}}';
  const piece = { id: '4', type: 'token', data };

  expect(readToken(piece)).toEqual({ step: 'a', attempt: 1, offset: 0, text: 'Hi' });
  expect(readLiveEvent(piece)).toBeNull();
});

it('puts pieces behind each other, shows where some are missing, and begins anew with an attempt', () => {
  const token = (attempt: number, offset: number, text: string) => ({ step: 'a', attempt, offset, text });
  const two = addToken(addToken({}, token(1, 0, 'é')), token(1, 2, '!'));

  expect(two['a']?.text).toBe('é!');
  expect(addToken(two, token(1, 9, 'end'))['a']?.text).toBe('é!…end');
  expect(addToken(two, token(2, 0, 'again'))['a']?.text).toBe('again');
});
