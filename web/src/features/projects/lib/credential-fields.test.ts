import { expect, it } from 'vitest';
import { readCredential } from './credential-fields';

it('sends only the members of its type', () => {
  expect(readCredential('basic', { username: 'ada', password: 'secret', token: 'other' })).toEqual({
    username: 'ada',
    password: 'secret',
  });
});

it('leaves an empty secret out, so that the stored one stays', () => {
  expect(readCredential('basic', { username: 'ada', password: '' })).toEqual({ username: 'ada' });
  expect(readCredential('bearer', { token: '' })).toBeNull();
});
