import { expect, expectAccessible, fresh, logIn, ok, signIn, test } from './support/deck';
import { ADMIN } from './support/people';

test('a wrong password is refused, the right one leads to the page that was asked for', async ({ page }) => {
  await page.goto('/projects?show=mine');
  await expect(page).toHaveURL(/\/login\?next=/);
  await expectAccessible(page);

  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();

  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/projects?show=mine');
  await expect(page.getByRole('heading', { level: 1, name: 'Projects' })).toBeVisible();
});

test('a session is renewed silently when its access token ends', async ({ page }) => {
  await signIn(page, await logIn(ADMIN), 1);
  const renewed = page.waitForResponse('**/api/v1/auth/refresh');
  await page.goto('/projects');

  expect((await renewed).status()).toBe(200);
  await expect(page.getByRole('heading', { level: 1, name: 'Projects' })).toBeVisible();
});

test('a session that the server ended leads to the sign-in page', async ({ page }) => {
  const tokens = await logIn(ADMIN);
  await signIn(page, { ...tokens, access_token: 'stale', refresh_token: 'stale' });
  await page.goto('/approvals');

  await expect(page).toHaveURL(/\/login\?next=%2Fapprovals/);
});

test('signing out leaves nothing behind', async ({ page, api }) => {
  await ok(api.GET('/api/v1/auth/me'));
  await page.goto('/');
  await page.getByRole('button', { name: `Account of ${ADMIN.full_name}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();

  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await page.goto('/projects');
  await expect(page).toHaveURL(/\/login/);
});

test('an invited person makes an account from the link and changes their password', async ({ page, api, browser }) => {
  await page.goto('/admin/users');
  await page.getByRole('button', { name: 'Invite somebody' }).first().click();
  await page.getByRole('dialog').getByLabel('Role').selectOption('viewer');
  await page.getByRole('dialog').getByRole('button', { name: 'Create invite' }).click();
  const link = (await page.getByRole('dialog').locator('pre').textContent()) ?? '';
  await expectAccessible(page);
  expect(link).toContain('/register?invite=');

  const theirs = await (await browser.newContext()).newPage();
  const email = `${fresh('grace').replace(' ', '.')}@example.com`;
  await theirs.goto(link);
  await expectAccessible(theirs);
  await theirs.getByLabel('Name').fill('Grace Hopper');
  await theirs.getByLabel('E-mail').fill(email);
  await theirs.getByLabel('Password', { exact: true }).fill('a first password');
  await theirs.getByRole('button', { name: 'Create account' }).click();
  await expect(theirs.getByRole('heading', { name: 'Welcome aboard, Grace' })).toBeVisible();
  await expect(theirs.getByRole('link', { name: 'Audit' })).toBeHidden();

  await theirs.goto('/account');
  await theirs.getByLabel('Current password').fill('a first password');
  await theirs.getByLabel('New password', { exact: true }).fill('a second password');
  await theirs.getByLabel('New password again').fill('a second password');
  await theirs.getByRole('button', { name: 'Change password' }).click();
  await expect(theirs.getByText(/password/i).last()).toBeVisible();
  await expect.poll(async () => (await api.POST('/api/v1/auth/login', { body: { email, password: 'a second password' } })).response.status).toBe(200);
});
