/** What people type into a field of tags: separated by commas, each once, without the spaces around. */
export function readTags(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim()).filter(Boolean))];
}
