/** A text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The request that a page would send, for a terminal. */
export function curlCommand(path: string, body: unknown): string {
  return [
    `curl ${window.location.origin}${path} \\`,
    '  -H "X-API-Key: $QUARTERDECK_API_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d ${shellQuote(JSON.stringify(body))}`,
  ].join('\n');
}
