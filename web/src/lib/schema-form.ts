// A form made from a JSON Schema: the part of it that people describe inputs with. What a form cannot
// show (nested objects, unions) is one field of JSON.
import { isObject, parseJson, prettyJson, type JsonObject } from './json';

export type FormField = {
  name: string;
  label: string;
  description: string;
  required: boolean;
  initial: string;
} & (
  | { kind: 'text' | 'long_text' | 'json' }
  | { kind: 'number'; whole: boolean; min: number | undefined; max: number | undefined }
  | { kind: 'boolean' }
  | { kind: 'choice'; options: { label: string; value: unknown }[] }
);

/** The fields of an object schema, or null where a form cannot stand for it. */
export function formFields(schema: unknown): FormField[] | null {
  if (!isObject(schema) || !isObject(schema['properties'])) return null;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(schema['properties']).map(([name, property]) =>
    fieldOf(name, isObject(property) ? property : {}, required.includes(name)),
  );
}

function fieldOf(name: string, schema: JsonObject, required: boolean): FormField {
  const base = {
    name,
    label: typeof schema['title'] === 'string' ? schema['title'] : name,
    description: typeof schema['description'] === 'string' ? schema['description'] : '',
    required,
    initial: '',
  };
  const initial = schema['default'];
  const plain = initial === undefined ? '' : typeof initial === 'string' ? initial : JSON.stringify(initial);
  if (Array.isArray(schema['enum'])) {
    const options = schema['enum'].map((value: unknown) => ({ label: typeof value === 'string' ? value : JSON.stringify(value), value }));
    const chosen = options.findIndex((option) => JSON.stringify(option.value) === JSON.stringify(initial));
    return { ...base, kind: 'choice', options, initial: chosen < 0 ? '' : String(chosen) };
  }
  switch (schema['type']) {
    case 'string': {
      const long = (Number(schema['maxLength']) || 0) > 200 || /body|text|content|description|prompt/.test(name);
      return { ...base, kind: long ? 'long_text' : 'text', initial: plain };
    }
    case 'integer':
    case 'number':
      return {
        ...base,
        kind: 'number',
        whole: schema['type'] === 'integer',
        min: typeof schema['minimum'] === 'number' ? schema['minimum'] : undefined,
        max: typeof schema['maximum'] === 'number' ? schema['maximum'] : undefined,
        initial: plain,
      };
    case 'boolean':
      return { ...base, kind: 'boolean', initial: initial === true ? 'true' : 'false' };
    default:
      return { ...base, kind: 'json', initial: initial === undefined ? '' : prettyJson(initial) };
  }
}

export interface FormResult {
  value: JsonObject;
  /** By field; empty when all is well. */
  errors: Record<string, string>;
}

/** What the form's texts mean. Empty optional fields are left out. */
export function readForm(fields: readonly FormField[], texts: Readonly<Record<string, string>>): FormResult {
  const value: JsonObject = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const text = texts[field.name] ?? field.initial;
    if (text === '' && field.kind !== 'boolean') {
      if (field.required) errors[field.name] = 'is required';
      continue;
    }
    const read = readField(field, text);
    if ('error' in read) errors[field.name] = read.error;
    else value[field.name] = read.value;
  }
  return { value, errors };
}

function readField(field: FormField, text: string): { value: unknown } | { error: string } {
  switch (field.kind) {
    case 'text':
    case 'long_text':
      return { value: text };
    case 'boolean':
      return { value: text === 'true' };
    case 'choice':
      return { value: field.options[Number(text)]?.value };
    case 'json':
      return parseJson(text);
    case 'number': {
      const number = Number(text);
      if (!Number.isFinite(number)) return { error: 'must be a number' };
      if (field.whole && !Number.isInteger(number)) return { error: 'must be a whole number' };
      if (field.min !== undefined && number < field.min) return { error: `must be at least ${field.min}` };
      if (field.max !== undefined && number > field.max) return { error: `must be at most ${field.max}` };
      return { value: number };
    }
  }
}

/** An example to begin with, for the JSON editor: required members with empty values, and defaults. */
export function exampleInput(schema: unknown): JsonObject {
  const fields = formFields(schema) ?? [];
  return Object.fromEntries(
    fields
      .filter((field) => field.required || field.initial !== '')
      .map((field) => {
        const read = field.initial === '' ? null : readField(field, field.initial);
        return [field.name, read && 'value' in read ? read.value : emptyOf(field)];
      }),
  );
}

function emptyOf(field: FormField): unknown {
  switch (field.kind) {
    case 'number':
      return field.min ?? 0;
    case 'boolean':
      return false;
    case 'choice':
      return field.options[0]?.value;
    case 'json':
      return null;
    default:
      return '';
  }
}
