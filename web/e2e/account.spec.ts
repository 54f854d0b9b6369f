import { expect, test } from './support/deck';

test('an API key is made, shown once, works, and ends', async ({ page, api, request }) => {
  await api.GET('/api/v1/auth/me');
  await page.goto('/account/api-keys');
  const name = `ci ${Date.now()}`;
  await page.getByRole('button', { name: 'New key' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('checkbox', { name: /account:read/ }).check();
  await dialog.getByRole('button', { name: 'Create' }).click();
  const key = (await dialog.locator('pre').first().textContent()) ?? '';
  const ask = async () => (await request.get('/api/v1/auth/me', { headers: { 'X-API-Key': key } })).status();
  expect(await ask()).toBe(200);

  await dialog.getByRole('button', { name: 'I have it' }).click();
  await expect(page.getByRole('row', { name })).toBeVisible();
  expect(await page.content()).not.toContain(key);
  await page.getByRole('row', { name }).getByRole('button').click();
  await page.getByRole('dialog').getByRole('button', { name: /Delete|End/ }).click();
  await expect(page.getByRole('row', { name })).toBeHidden();
  expect(await ask()).toBe(401);
});

test('the audit says who did what, and opens each record', async ({ page, deck }) => {
  await page.goto('/admin/audit?area=project');
  await expect(page.getByRole('button', { name: 'project.created' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'project.created' }).first().click();
  await expect(page.getByRole('dialog', { name: 'project.created' })).toContainText('ada@example.com');
  expect(deck.project.id).toBeTruthy();
});
