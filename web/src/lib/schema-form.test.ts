import { expect, it } from 'vitest';
import { exampleInput, formFields, readForm } from './schema-form';

const schema = {
  type: 'object',
  required: ['title', 'count'],
  properties: {
    title: { type: 'string', title: 'Title' },
    count: { type: 'integer', minimum: 1, maximum: 5 },
    kind: { enum: ['bug', 'feature', 3], default: 'feature' },
    urgent: { type: 'boolean' },
    labels: { type: 'array', items: { type: 'string' } },
  },
};
const fields = formFields(schema) ?? [];

it('makes a field for each property', () => {
  expect(fields.map((field) => field.kind)).toEqual(['text', 'number', 'choice', 'boolean', 'json']);
});

it('reads texts into values of the right type', () => {
  const { value, errors } = readForm(fields, { title: 'Crash', count: '3', kind: '2', urgent: 'true', labels: '["a"]' });

  expect(errors).toEqual({});
  expect(value).toEqual({ title: 'Crash', count: 3, kind: 3, urgent: true, labels: ['a'] });
});

it('leaves out empty optional fields and keeps defaults', () => {
  const { value } = readForm(fields, { title: 'Crash', count: '1' });

  expect(value).toEqual({ title: 'Crash', count: 1, kind: 'feature', urgent: false });
});

it('names what is wrong field by field', () => {
  const { errors } = readForm(fields, { count: '9', labels: '[' });

  expect(errors['title']).toBe('is required');
  expect(errors['count']).toBe('must be at most 5');
  expect(errors['labels']).toBeTruthy();
});

it('does not stand for what is no object schema', () => {
  expect(formFields({ type: 'string' })).toBeNull();
  expect(formFields(null)).toBeNull();
});

it('begins the JSON editor with an example', () => {
  expect(exampleInput(schema)).toEqual({ title: '', count: 1, kind: 'feature', urgent: false });
});
