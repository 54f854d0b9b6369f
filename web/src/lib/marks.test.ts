import { expect, it } from 'vitest';
import { readMarks } from './marks';

it('cuts a highlight at its marks', () => {
  expect(readMarks('Invoice <mark>tri</mark>age')).toEqual([
    { text: 'Invoice ', match: false },
    { text: 'tri', match: true },
    { text: 'age', match: false },
  ]);
});

it('reads everything else as text, whatever it looks like', () => {
  expect(readMarks('&lt;img onerror=&quot;x&quot;&gt; &amp;amp; <b>')).toEqual([
    { text: '<img onerror="x"> &amp; <b>', match: false },
  ]);
});
