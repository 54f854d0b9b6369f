import { isObject } from '@/lib/json';

export interface Parameter {
  name: string;
  type: string;
  required: boolean;
  description: string;
}

/** The arguments that a JSON Schema asks for, one line each. */
export function parametersOf(schema: unknown): Parameter[] {
  if (!isObject(schema) || !isObject(schema['properties'])) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(schema['properties']).map(([name, property]) => {
    const given = isObject(property) ? property : {};
    return {
      name,
      type: typeOf(given),
      required: required.includes(name),
      description: typeof given['description'] === 'string' ? given['description'] : '',
    };
  });
}

function typeOf(schema: Record<string, unknown>): string {
  const { enum: values, type, items } = schema;
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (type === 'array') return isObject(items) ? `${typeOf(items)}[]` : 'array';
  if (Array.isArray(type)) return type.join(' | ');
  return typeof type === 'string' ? type : 'any';
}
