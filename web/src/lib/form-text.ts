/** What was typed into a field of a form; a file, or nothing, is no text. */
export function formText(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
}
