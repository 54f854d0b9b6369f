import { expect, test } from './support/deck';

test('the description of the API is shown, under the strict policy of the rest', async ({ page, api }) => {
  await api.GET('/api/v1/auth/me');
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  const outside: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(process.env['QD_E2E_URL'] ?? '') && !/^(data|blob):/.test(request.url())) outside.push(request.url());
  });

  const response = await page.goto('/docs');
  expect(response?.headers()['content-security-policy']).toContain("script-src 'self'");
  await expect(page.getByRole('heading', { name: /^Quarterdeck/ })).toBeVisible();

  // Who is signed in tries requests out as themselves.
  await page.getByRole('button', { name: /\/api\/v1\/auth\/me/ }).first().click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByRole('button', { name: 'Execute', exact: true }).click();
  await expect(page.locator('.live-responses-table .response-col_status').last()).toContainText('200');

  expect(faults).toEqual([]);
  expect(outside).toEqual([]);
});

test('the pages of the application ask nothing of anybody outside and break no policy', async ({ page, deck }) => {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.goto(`/projects/${deck.project.id}/workflows/${deck.workflow.id}`);
  await expect(page.getByRole('group', { name: 'Workflow graph' })).toBeVisible();

  expect(faults).toEqual([]);
});
