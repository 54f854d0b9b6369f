import { expect, fresh, makeDeck, ok, test } from './support/deck';

test('projects are found as one types', async ({ page, api }) => {
  const name = fresh('Heliotrope');
  await ok(api.POST('/api/v1/projects', { body: { name } }));
  await page.goto('/projects');

  await page.getByRole('searchbox', { name: 'Search projects' }).fill('heliotr');
  await expect(page.getByRole('link', { name })).toBeVisible();
  await expect(page).toHaveURL(/q=heliotr/);
  await page.getByRole('searchbox', { name: 'Search projects' }).fill('no such project at all');
  await expect(page.getByText('No project matches “no such project at all”')).toBeVisible();
});

test('a project is edited, archived, cloned and deleted with its name typed', async ({ page, deck }) => {
  await page.goto(`/projects/${deck.project.id}/settings`);
  const name = fresh('Renamed');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Slug').fill('Not A Slug');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('must be 1 to 100 of a-z')).toBeVisible();
  await page.getByLabel('Slug').fill(name.toLowerCase().replaceAll(' ', '-'));
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

  const menu = page.getByRole('button', { name: `Actions for ${name}` });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Archived');
  await menu.click();
  await page.getByRole('menuitem', { name: 'Make active' }).click();
  await expect(page.getByRole('heading', { level: 1 })).not.toContainText('Archived');

  await menu.click();
  await page.getByRole('menuitem', { name: 'Clone' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clone' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `${name} copy` })).toBeVisible();
  await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Workflows' }).click();
  await expect(page.getByRole('link', { name: 'Triage an issue' })).toBeVisible();

  await page.getByRole('button', { name: `Actions for ${name} copy` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Delete project' })).toBeDisabled();
  await dialog.getByRole('textbox').fill(`${name} copy`);
  await dialog.getByRole('button', { name: 'Delete project' }).click();
  await expect(page).toHaveURL('/projects');
});

test('a project where something runs is deleted only after that is said', async ({ page, api }) => {
  const deck = await makeDeck(api, 'Busy');
  await ok(api.POST('/api/v1/workflows/{workflow_id}/execute', { params: { path: { workflow_id: deck.workflow.id } }, body: { input: { title: 'A crash' } } }));
  await page.goto(`/projects/${deck.project.id}/settings`);
  await page.getByRole('button', { name: 'Delete project…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(deck.project.name);
  await dialog.getByRole('button', { name: 'Delete project' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel what runs and delete' }).click();

  await expect(page).toHaveURL('/projects');
});

test('variables keep their type, credentials never show their secret', async ({ page, deck }) => {
  await page.goto(`/projects/${deck.project.id}/variables`);
  await page.getByRole('button', { name: 'New variable' }).first().click();
  await page.getByRole('dialog').getByLabel('Name').fill('limits');
  await page.getByRole('dialog').getByLabel('Value').fill('{"daily": 5}');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('row', { name: /limits/ })).toContainText('daily');

  await page.goto(`/projects/${deck.project.id}/credentials`);
  await page.getByRole('button', { name: 'New credential' }).first().click();
  await page.getByRole('dialog').getByLabel('Name').fill('tracker');
  await page.getByRole('dialog').getByLabel('Token', { exact: true }).fill('the-very-secret');
  await page.getByRole('dialog').getByRole('button', { name: 'Store' }).click();
  await expect(page.getByRole('row', { name: /tracker/ })).toBeVisible();
  expect(await page.content()).not.toContain('the-very-secret');
});

test('a member is added, gets another role and is removed', async ({ page, api, deck }) => {
  const invite = await ok(api.POST('/api/v1/invites', { body: { role: 'developer' } }));
  const email = `${fresh('mary').replace(' ', '.')}@example.com`;
  await ok(api.POST('/api/v1/auth/register', { body: { email, password: 'a password of hers', full_name: 'Mary Shaw', invite: invite.token } }));

  await page.goto(`/projects/${deck.project.id}/members`);
  await page.getByRole('button', { name: 'Add member' }).click();
  await page.getByRole('dialog').getByLabel('E-mail').fill(email);
  await page.getByRole('dialog').getByLabel('Role').selectOption('operator');
  await page.getByRole('dialog').getByRole('button', { name: 'Add member' }).click();
  const role = page.getByRole('combobox', { name: 'Role of Mary Shaw' });
  await expect(role).toHaveValue('operator');
  await role.selectOption('viewer');
  await page.reload();
  await expect(role).toHaveValue('viewer');

  await page.getByRole('button', { name: 'Remove Mary Shaw' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(role).toBeHidden();
});
