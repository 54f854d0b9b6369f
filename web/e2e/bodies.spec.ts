import { expect, expectAccessible, ok, test, type Api } from './support/deck';
import { CHILD, PARENT } from './support/bodies';

async function makeWorkflows(api: Api, projectId: string) {
  const params = { path: { project_id: projectId } };
  await ok(api.POST('/api/v1/projects/{project_id}/workflows', { params, body: CHILD }));
  return ok(api.POST('/api/v1/projects/{project_id}/workflows', { params, body: PARENT }));
}

test('a map asks for each item and a child workflow ends the work; all of it is seen', async ({ page, api, deck }) => {
  const workflow = await makeWorkflows(api, deck.project.id);
  await page.goto(`/projects/${deck.project.id}/workflows/${workflow.id}`);

  // The body is opened by key, in the graph.
  const graph = page.getByRole('group', { name: 'Workflow graph' });
  const toggle = graph.getByRole('button', { name: '2 steps inside Each city' });
  await toggle.focus();
  await page.keyboard.press('Enter');
  await expect(toggle).toHaveAttribute('aria-expanded', 'true');
  await expect(graph.getByText('Visit it?')).toBeVisible();
  await expect(graph.getByText('undone by')).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();

  // It waits for two people's words at once, each in its item.
  await expect(page.getByRole('article', { name: 'Visit Kiel?' })).toBeVisible();
  await page.getByRole('tab', { name: 'Steps' }).click();
  const steps = page.getByRole('table', { name: 'Steps' });
  await expect(steps.getByRole('progressbar', { name: 'Each city: progress' })).toHaveAttribute('aria-valuetext', '0 of 3 done');
  await expect(steps.getByRole('row', { name: /Item 0 Bonn/ })).toBeVisible();
  await expect(steps.getByRole('button', { name: 'Visit it?' })).toHaveCount(2);
  await expectAccessible(page);

  // One item of many is looked into from the map itself.
  await steps.getByRole('button', { name: 'Each city', exact: true }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByLabel('Look into item').fill('2');
  await expect(drawer.getByText('Nothing is noted of its steps')).toBeVisible();
  await drawer.getByLabel('Look into item').fill('0');
  const inside = drawer.getByRole('list', { name: 'Steps inside' });
  await expect(inside).toBeVisible();
  await expectAccessible(page);
  await inside.getByRole('button', { name: /Visit it\?/ }).click();
  await expect(drawer.getByRole('heading', { name: 'Visit it?' })).toBeVisible();
  await drawer.getByRole('button', { name: 'Item 0 of Each city' }).click();
  await expect(drawer.getByRole('heading', { name: 'Each city' })).toBeVisible();
  await page.keyboard.press('Escape');

  await steps.getByRole('button', { name: 'What runs inside Each city' }).click();
  await expect(steps.getByRole('button', { name: 'Visit it?' })).toHaveCount(0);

  // Progress comes without a reload.
  await page.getByRole('article', { name: 'Visit Bonn?' }).getByRole('button', { name: 'Approve' }).click();
  await expect(steps.getByRole('progressbar')).toHaveAttribute('aria-valuetext', '1 of 3 done');
  for (const city of ['Kiel', 'Ulm']) {
    await page.getByRole('article', { name: `Visit ${city}?` }).getByRole('button', { name: 'Approve' }).click();
  }

  // The child has an execution of its own, and each leads to the other.
  await expect(page.getByText('Waiting for another workflow', { exact: true }).first()).toBeVisible();
  await steps.getByRole('link', { name: 'Execution that Write it up began' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Write up');
  await page.getByRole('article', { name: 'Good enough?' }).getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Completed');
  await page.getByRole('link', { name: workflow.name }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Completed');
  await expect(page.getByRole('group', { name: 'Response', exact: true })).toContainText('201');
});

test('a test run takes pinned outputs and stops at a step', async ({ page, api, deck }) => {
  const workflow = await makeWorkflows(api, deck.project.id);
  await page.goto(`/projects/${deck.project.id}/workflows/${workflow.id}`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('switch', { name: 'Test run' }).click();
  await expect(dialog.getByText('One step gives its pinned output')).toBeVisible();
  await dialog.getByLabel('Stop at step').selectOption('Book');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Run', exact: true }).click();

  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toContainText('Completed');
  await expect(heading).toContainText('Test run to book');
  await expect(page.getByRole('group', { name: 'Output' })).toContainText('"pinned"');
});
