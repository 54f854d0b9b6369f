import { SseParser, type ServerEvent } from '@/lib/sse';
import { authorizedFetch } from './authorized-fetch';
import { toProblem } from './problem';

interface StreamOptions {
  signal: AbortSignal;
  /** Where to go on; null: from the beginning. */
  after: string | null;
  onEvent: (event: ServerEvent) => void;
}

/** Reads a server-sent event stream to its end. Throws ApiProblem when it is refused. */
export async function streamEvents(path: string, { signal, after, onEvent }: StreamOptions): Promise<void> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (after !== null) headers['Last-Event-ID'] = after;
  const response = await authorizedFetch(new Request(new URL(path, window.location.origin), { headers, signal }));
  if (!response.ok || !response.body) throw toProblem(response, await response.json().catch(() => null));

  const parser = new SseParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const event of parser.push(value)) onEvent(event);
  }
}
