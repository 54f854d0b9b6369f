import { expect, it } from 'vitest';
import { curlCommand, shellQuote } from './curl';

it('keeps a shell from reading into what was typed', () => {
  expect(shellQuote(`it's $HOME`)).toBe(String.raw`'it'\''s $HOME'`);
});

it('writes the request out', () => {
  expect(curlCommand('/api/v1/workflows/w/execute', { input: { n: 1 } })).toContain(`-d '{"input":{"n":1}}'`);
});
