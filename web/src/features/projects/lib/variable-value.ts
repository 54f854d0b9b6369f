import { parseJson, prettyJson } from '@/lib/json';

/** A value as it is typed: text stands bare unless it would read as something else. */
export function writeValue(value: unknown): string {
  return typeof value === 'string' && !('value' in parseJson(value)) ? value : prettyJson(value);
}

/** What was typed: JSON where it is JSON, and text where it is not. */
export function readValue(text: string): unknown {
  const parsed = parseJson(text);
  return 'value' in parsed ? parsed.value : text;
}
