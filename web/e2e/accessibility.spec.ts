import type { Page } from '@playwright/test';
import { expect, expectAccessible, ok, start, test, type Deck } from './support/deck';

const inProject = (path: string) => (deck: Deck) => `/projects/${deck.project.id}${path}`;

const PAGES: [string, (deck: Deck) => string][] = [
  ['home', () => '/'],
  ['projects', () => '/projects'],
  ['projects as a table', () => '/projects?view=table'],
  ['a new project', () => '/projects?new=1'],
  ['project', inProject('')],
  ['workflows', inProject('/workflows')],
  ['agents', inProject('/agents')],
  ['tools, empty', inProject('/tools')],
  ['executions of a project', inProject('/executions')],
  ['members', inProject('/members')],
  ['variables, empty', inProject('/variables')],
  ['credentials, empty', inProject('/credentials')],
  ['settings', inProject('/settings')],
  ['workflow', (deck) => inProject(`/workflows/${deck.workflow.id}`)(deck)],
  ['workflow as code', (deck) => inProject(`/workflows/${deck.workflow.id}?tab=code`)(deck)],
  ['versions', (deck) => inProject(`/workflows/${deck.workflow.id}?tab=versions`)(deck)],
  ['agent', (deck) => inProject(`/agents/${deck.agent.id}`)(deck)],
  ['executions', () => '/executions'],
  ['approvals', () => '/approvals'],
  ['account', () => '/account'],
  ['API keys', () => '/account/api-keys'],
  ['users', () => '/admin/users'],
  ['audit', () => '/admin/audit'],
  ['nothing', () => '/nowhere'],
];

/** The page is there: its heading, and nothing that still loads. */
async function settled(page: Page): Promise<void> {
  await expect(page.locator('h1').first()).toBeAttached();
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
}

async function expectNoOverflow(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
}

for (const scheme of ['light', 'dark'] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme, contextOptions: { reducedMotion: 'reduce' } });

    test('every page is accessible, and fits a telephone', async ({ page, api, deck }) => {
      // Two looks at each of thirty pages; the bound is for a hang, on however busy a machine.
      test.setTimeout(600_000);
      const waiting = await start(api, deck.workflow, 'A crash to look at', 2000);
      const failed = await start(api, deck.workflow, 'Only a question', 10_000);
      expect(failed.status).toBe('completed');
      await ok(api.GET('/api/v1/executions/{execution_id}', { params: { path: { execution_id: waiting.id } } }));
      const pages: [string, string][] = [
        ...PAGES.map(([name, path]): [string, string] => [name, path(deck)]),
        ['waiting execution', `/executions/${waiting.id}`],
        ['finished execution', `/executions/${failed.id}?tab=steps`],
      ];
      for (const [name, path] of pages) {
        await test.step(name, async () => {
          await page.setViewportSize({ width: 1440, height: 900 });
          await page.goto(path);
          await settled(page);
          await expectAccessible(page);
          await page.setViewportSize({ width: 390, height: 844 });
          await settled(page);
          await expectAccessible(page);
          await expectNoOverflow(page);
        });
      }
    });
  });
}
