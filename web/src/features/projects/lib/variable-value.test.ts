import { expect, it } from 'vitest';
import { readValue, writeValue } from './variable-value';

it.each(['plain text', '42', '', 'null', '{"a": 1}'])('gives text %j back as text', (text) => {
  expect(readValue(writeValue(text))).toBe(text);
});

it.each([42, true, null, { a: [1] }])('gives %j back as it was', (value) => {
  expect(readValue(writeValue(value))).toEqual(value);
});
