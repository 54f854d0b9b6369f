import type { components } from './schema';

export type Fault = components['schemas']['Problem']['errors'][number];

/** What went wrong with a request, typed: an RFC 9457 answer, or no answer at all (`network`). */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly faults: readonly Fault[] = [],
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** What the server said of one member of the body. */
  faultAt(path: string): string | undefined {
    return this.faults.find((fault) => fault.path === path)?.message;
  }
}

export function networkProblem(): ApiProblem {
  return new ApiProblem(0, 'network', 'The server cannot be reached.');
}

/** Reads an error answer, whatever stands in its body: a proxy may have written it. */
export function toProblem(response: Response, body: unknown): ApiProblem {
  const given = typeof body === 'object' && body !== null ? (body as Partial<components['schemas']['Problem']>) : {};
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ApiProblem(
    response.status,
    given.code ?? `http.${response.status}`,
    given.detail || given.title || `The server answered ${response.status}.`,
    given.errors ?? [],
    given.request_id ?? response.headers.get('X-Request-Id'),
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

/** One sentence for people, from anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiProblem) {
    const first = error.faults[0];
    return first && error.faults.length === 1 ? `${first.path.replace(/^\//, '')} ${first.message}` : error.message;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Worth asking again: no answer, too many at once, or the server's own fault. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status === 429 || error.status >= 502);
}
