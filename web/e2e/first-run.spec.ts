import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/deck';
import { ADMIN } from './support/people';

test('the first visit makes the administrator and begins with an empty home', async ({ page }) => {
  await page.goto('/projects');

  await expect(page).toHaveURL('/setup');
  await expect(page.getByRole('heading', { name: 'Welcome aboard' })).toBeVisible();
  await expectAccessible(page);

  await page.getByLabel('Name').fill(ADMIN.full_name);
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByRole('button', { name: 'Create the administrator' }).click();

  await expect(page.getByRole('heading', { name: 'Welcome aboard, Ada' })).toBeVisible();
  await expect(page.getByText('Begin with a project')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Audit' })).toBeVisible();
  await expectAccessible(page);
});
