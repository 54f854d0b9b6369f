import { expect, it } from 'vitest';
import { isForFocus, nextKey } from './key-sequence';

const SEQUENCES = ['?', 'g h', 'g p'];

it('completes a sequence key by key', () => {
  expect(nextKey('', 'g', SEQUENCES)).toEqual({ done: null, pending: 'g' });
  expect(nextKey('g', 'p', SEQUENCES)).toEqual({ done: 'g p', pending: '' });
});

it('takes a single key at once', () => {
  expect(nextKey('', '?', SEQUENCES)).toEqual({ done: '?', pending: '' });
});

it('begins anew when the second key fits nothing', () => {
  expect(nextKey('g', 'x', SEQUENCES)).toEqual({ done: null, pending: '' });
  expect(nextKey('g', '?', SEQUENCES)).toEqual({ done: '?', pending: '' });
  expect(nextKey('g', 'g', SEQUENCES)).toEqual({ done: null, pending: 'g' });
});

it('leaves keys to fields and dialogs', () => {
  document.body.innerHTML = '<input id="field"><div role="dialog"><button id="inside">x</button></div><button id="plain">y</button>';

  expect(isForFocus(document.querySelector('#field'))).toBe(true);
  expect(isForFocus(document.querySelector('#inside'))).toBe(true);
  expect(isForFocus(document.querySelector('#plain'))).toBe(false);
});
