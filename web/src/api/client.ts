import createClient from 'openapi-fetch';
import { authorizedFetch } from './authorized-fetch';
import { toProblem } from './problem';
import type { components, paths } from './schema';

/** The server's types by name: `Schema<'Project'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** The generated client. Calls go through `unwrap`, so that an error answer is thrown as ApiProblem. */
export const client = createClient<paths>({ baseUrl: window.location.origin, fetch: authorizedFetch });

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The answer's value, or its problem thrown. */
export async function unwrap<A extends Answer>(call: Promise<A>): Promise<NonNullable<A['data']>> {
  const { data, error, response } = await call;
  if (!response.ok) throw toProblem(response, error);
  return data as NonNullable<A['data']>;
}
