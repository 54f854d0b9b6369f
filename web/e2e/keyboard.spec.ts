import { expect, expectAccessible, start, test } from './support/deck';

test('the palette reaches pages, projects, workflows and actions without the mouse', async ({ page, deck }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox');
  await expect(field).toBeFocused();
  await expectAccessible(page);
  await field.fill(deck.project.name);
  await expect(page.getByRole('option', { name: deck.project.name })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: deck.project.name })).toBeVisible();

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('triage');
  await expect(page.getByRole('option', { name: 'Triage an issue' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Triage an issue' })).toBeVisible();

  const wasDark = await page.locator('html').evaluate((html) => html.classList.contains('dark'));
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('theme');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveClass(wasDark ? '' : /dark/);
});

test('single keys go places, the help says which, and they can be turned off', async ({ page, api }) => {
  await api.GET('/api/v1/auth/me');
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await expect(page).toHaveURL('/executions');
  await expect(page.getByRole('searchbox')).toBeVisible();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('g p');
  await expect(page).toHaveURL(/\/executions\?q=g/);

  await page.getByRole('searchbox').blur();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help.getByText('Go to approvals')).toBeVisible();
  await expectAccessible(page);
  await help.getByRole('switch').click();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await page.keyboard.press('?');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeVisible();
  await expect(help).toBeHidden();
});

test('the first Tab offers to skip to the content', async ({ page, api }) => {
  await api.GET('/api/v1/auth/me');
  await page.goto('/projects');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('a workflow is run and a step opened from the keyboard alone', async ({ page, api, deck }) => {
  await page.goto(`/projects/${deck.project.id}/workflows/${deck.workflow.id}`);
  await page.getByRole('button', { name: 'Run', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.getByLabel('Title').focus();
  await page.keyboard.type('Just a question');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Completed');

  const node = page.getByRole('group', { name: 'Workflow graph' }).getByRole('group', { name: /^Classify/ });
  await node.focus();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Classify' });
  await expect(drawer).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();

  await start(api, deck.workflow, 'A crash');
});
