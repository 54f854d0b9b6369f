import { expect, it } from 'vitest';
import { readTurns } from './turns';

const at = '2026-01-01T00:00:00.000Z';

it('reads answers and calls and passes over beginnings', () => {
  const turns = readTurns([
    { at, type: 'turn_started', data: { turn: 0 } },
    {
      at,
      type: 'turn',
      data: { turn: 0, answer: { text: '', tool_calls: [{ name: 'weather' }], model: 'm-1' }, tokens: 10, cost_usd: 0.5 },
    },
    { at, type: 'call_started', data: { key: '0/0', tool: 'weather' } },
    { at, type: 'call', data: { key: '0/0', tool: 'weather', arguments: { city: 'Bonn' }, text: '{"temp": 4}' } },
    { at, type: 'turn', data: { turn: 1, answer: { text: 'Cold.', tool_calls: [], model: 'm-1' }, tokens: 5, cost_usd: 0 } },
  ]);

  expect(turns.map((one) => one.turn)).toEqual([
    { kind: 'answer', text: '', calls: ['weather'], model: 'm-1', tokens: 10, costUsd: 0.5 },
    { kind: 'call', tool: 'weather', arguments: { city: 'Bonn' }, result: { temp: 4 } },
    { kind: 'answer', text: 'Cold.', calls: [], model: 'm-1', tokens: 5, costUsd: 0 },
  ]);
});

it('keeps a result that is no JSON as text, and shows what it does not know', () => {
  expect(readTurns([{ at, type: 'call', data: { tool: 't', arguments: {}, text: 'plain' } }])[0]?.turn).toMatchObject({ result: 'plain' });
  expect(readTurns([{ at, type: 'note', data: 1 }])[0]?.turn).toEqual({ kind: 'other', type: 'note', data: 1 });
});
