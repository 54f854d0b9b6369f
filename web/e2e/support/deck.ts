// What the tests begin with: a page that is signed in, and the API with the same rights. Each test makes
// a project of its own, so that they run side by side.
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from '../../src/api/schema';
import { ADMIN } from './people';
import { AGENT, TRIAGE } from './triage';

type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];
export type Api = Client<paths>;

const address = () => process.env['QD_E2E_URL'] ?? '';
let names = 0;

/** A name that no other test uses. */
export const fresh = (name: string) => `${name} ${process.pid}-${++names}`;

export async function ok<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${JSON.stringify(error)}`);
  return data as T;
}

export async function logIn(person: { email: string; password: string }): Promise<Schema<'TokenPair'>> {
  const open = createClient<paths>({ baseUrl: address() });
  return ok(open.POST('/api/v1/auth/login', { body: { email: person.email, password: person.password } }));
}

/** Signs the page in as the application itself would have. */
export async function signIn(page: Page, tokens: Schema<'TokenPair'>, expiresIn = tokens.expires_in): Promise<void> {
  await page.addInitScript(
    ({ access, refresh, expires }) => {
      if (localStorage.getItem('qd.session') === null && sessionStorage.getItem('qd.signed-in') === null) {
        localStorage.setItem('qd.session', JSON.stringify({ access, refresh, expires }));
        sessionStorage.setItem('qd.signed-in', '1');
      }
    },
    { access: tokens.access_token, refresh: tokens.refresh_token, expires: Date.now() + expiresIn * 1000 },
  );
}

export interface Deck {
  project: Schema<'Project'>;
  agent: Schema<'Agent'>;
  workflow: Schema<'Workflow'>;
}

/** A project with an agent that answers from a script, and a workflow that asks a person. */
export async function makeDeck(api: Api, name = 'Deck'): Promise<Deck> {
  const project = await ok(api.POST('/api/v1/projects', { body: { name: fresh(name), description: 'Made by a test.', tags: ['e2e'] } }));
  const params = { path: { project_id: project.id } };
  const agent = await ok(api.POST('/api/v1/projects/{project_id}/agents', { params, body: AGENT }));
  const workflow = await ok(api.POST('/api/v1/projects/{project_id}/workflows', { params, body: TRIAGE }));
  return { project, agent, workflow };
}

export async function start(api: Api, workflow: Schema<'Workflow'>, title: string, waitMs = 0): Promise<Schema<'Execution'>> {
  return ok(
    api.POST('/api/v1/workflows/{workflow_id}/execute', {
      params: { path: { workflow_id: workflow.id } },
      body: { input: { title }, wait_ms: waitMs },
    }),
  );
}

/** Nothing that hinders people: no serious or critical fault, and none of the lesser ones either. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const said = violations.map((one) => `${one.impact} ${one.id}: ${one.nodes.map((node) => node.html).join('\n  ')}`);
  expect(said).toEqual([]);
}

export const test = base.extend<{ api: Api; deck: Deck }>({
  api: async ({ page }, use) => {
    const tokens = await logIn(ADMIN);
    await signIn(page, tokens);
    await use(createClient<paths>({ baseUrl: address(), headers: { Authorization: `Bearer ${tokens.access_token}` } }));
  },
  deck: async ({ api }, use) => {
    await use(await makeDeck(api));
  },
});

export { expect } from '@playwright/test';
