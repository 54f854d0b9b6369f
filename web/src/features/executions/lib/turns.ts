// What an agent's step recorded, as people read it. The records are the engine's: `turn` is an answer
// of the model, `call` a tool's answer; what began and has not ended is shown while it goes on.
import type { Schema } from '@/api/client';
import { isObject, parseJson, type JsonObject } from '@/lib/json';

export type Turn =
  | { kind: 'answer'; text: string; calls: string[]; model: string; tokens: number; costUsd: number }
  | { kind: 'call'; tool: string; arguments: unknown; result: unknown }
  | { kind: 'other'; type: string; data: unknown };

export interface ShownTurn {
  at: string;
  turn: Turn;
}

const text = (object: JsonObject, name: string) => (typeof object[name] === 'string' ? object[name] : '');
const number = (object: JsonObject, name: string) => (typeof object[name] === 'number' ? object[name] : 0);

/** JSON as what it says; anything else is text. */
function readResult(value: string): unknown {
  const parsed = parseJson(value);
  return 'value' in parsed ? parsed.value : value;
}

function readTurn(type: string, data: unknown): Turn {
  if (!isObject(data)) return { kind: 'other', type, data };
  const answer = data['answer'];
  if (type === 'turn' && isObject(answer)) {
    const calls = Array.isArray(answer['tool_calls']) ? answer['tool_calls'] : [];
    return {
      kind: 'answer',
      text: text(answer, 'text'),
      calls: calls.filter(isObject).map((call) => text(call, 'name')),
      model: text(answer, 'model'),
      tokens: number(data, 'tokens'),
      costUsd: number(data, 'cost_usd'),
    };
  }
  if (type === 'call') return { kind: 'call', tool: text(data, 'tool'), arguments: data['arguments'], result: readResult(text(data, 'text')) };
  return { kind: 'other', type, data };
}

/** The turns in their order; what only says that something began is left out. */
export function readTurns(turns: readonly Schema<'StepTurn'>[]): ShownTurn[] {
  return turns.filter((one) => !one.type.endsWith('_started')).map((one) => ({ at: one.at, turn: readTurn(one.type, one.data) }));
}
