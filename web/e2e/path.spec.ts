import { expect, expectAccessible, start, test } from './support/deck';

test('a person makes a project, runs a workflow, follows it, decides and sees what came out', async ({ page, api }) => {
  // A project, by hand.
  await page.goto('/projects');
  await page.getByRole('button', { name: 'New project' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New project' });
  const name = `Whole path ${Date.now()}`;
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

  // Its agent and workflow, through the API.
  const projectId = new URL(page.url()).pathname.split('/')[2] ?? '';
  const { AGENT, TRIAGE } = await import('./support/triage');
  const params = { path: { project_id: projectId } };
  await api.POST('/api/v1/projects/{project_id}/agents', { params, body: AGENT });
  await api.POST('/api/v1/projects/{project_id}/workflows', { params, body: TRIAGE });

  await page.reload();

  // Run it from its page: the form is made from the input's schema.
  await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Workflows' }).click();
  await page.getByRole('link', { name: 'Triage an issue' }).click();
  await expect(page.getByRole('group', { name: 'Workflow graph' })).toBeVisible();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const run = page.getByRole('dialog', { name: 'Run Triage an issue' });
  await run.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(run.getByText('is required')).toBeVisible();
  await run.getByLabel('Title').fill('The app does crash');
  await run.getByLabel('Priority').fill('9');
  await run.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(run.getByText('must be at most 5')).toBeVisible();
  await run.getByLabel('Priority').fill('2');
  await run.getByRole('button', { name: 'Run', exact: true }).click();

  // Follow it until it asks.
  await expect(page).toHaveURL(/\/executions\//);
  const question = page.getByRole('article', { name: 'File “The app does crash”?' });
  await expect(question).toBeVisible();
  await expect(page.getByRole('button', { name: /^Classify: Completed/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Sign off: Waiting/ })).toBeVisible();
  await expectAccessible(page);

  // Decide: the form is checked before it goes.
  await question.getByRole('button', { name: 'Approve' }).click();
  await expect(question.getByText('is required')).toBeVisible();
  await question.getByLabel('Severity').fill('3');
  await question.getByLabel('Comment').fill('Seen it myself.');
  await question.getByRole('button', { name: 'Approve' }).click();

  // What came out, without a reload.
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Completed');
  await expect(page.getByRole('group', { name: 'Output' })).toContainText('severity: 3');
  await expect(page.getByRole('group', { name: 'Output' })).toContainText('"bug"');
  await page.getByRole('tab', { name: 'Steps' }).click();
  await page.getByRole('table', { name: 'Steps' }).getByRole('button', { name: 'Classify' }).click();
  const step = page.getByRole('dialog', { name: 'Classify' });
  await expect(step.getByText('Answered')).toBeVisible();
  await expect(step.getByRole('group', { name: 'Output' })).toContainText('"bug"');
});

test('what happens elsewhere shows at once on an execution that is looked at', async ({ page, api, deck }) => {
  const execution = await start(api, deck.workflow, 'A crash elsewhere');
  await page.goto(`/executions/${execution.id}`);
  await expect(page.getByRole('button', { name: /^Sign off: Waiting/ })).toBeVisible();

  const approvals = await api.GET('/api/v1/approvals', { params: { query: { execution_id: execution.id } } });
  await api.POST('/api/v1/approvals/{approval_id}/decide', {
    params: { path: { approval_id: approvals.data?.items[0]?.id ?? '' } },
    body: { decision: 'approved', form: { severity: 1 } },
  });

  await expect(page.getByRole('heading', { level: 1 })).toContainText('Completed');
  await expect(page.getByRole('button', { name: /^File it: Completed/ })).toBeVisible();
});

test('the stream is taken up again after the connection broke', async ({ page, api, deck }) => {
  const execution = await start(api, deck.workflow, 'A crash on a bad line');
  let cuts = 0;
  await page.route('**/events', async (route) => {
    if (cuts++ === 0) return route.abort('connectionreset');
    return route.continue();
  });
  await page.goto(`/executions/${execution.id}`);
  await expect(page.getByRole('button', { name: /^Sign off: Waiting/ })).toBeVisible();
  await expect.poll(() => cuts).toBeGreaterThan(1);

  await page.getByLabel('Severity').fill('1');
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Completed');
});

test('a rejected execution fails with its code and can be retried', async ({ page, api, deck }) => {
  const execution = await start(api, deck.workflow, 'A crash nobody wants');
  await page.goto('/approvals');
  const question = page.getByRole('article', { name: 'File “A crash nobody wants”?' });
  await question.getByLabel('Comment').fill('Cannot be reproduced.');
  await question.getByRole('button', { name: 'Reject' }).click();
  await expect(question).toBeHidden();

  await page.goto(`/executions/${execution.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Failed');
  await expect(page.getByText('Nobody wants this bug.').first()).toBeVisible();
  await expect(page.getByText('triage.refused').first()).toBeVisible();
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByText('It goes on from where it ended.').first()).toBeVisible();
});

test('an execution is paused, resumed and cancelled', async ({ page, api, deck }) => {
  const execution = await start(api, deck.workflow, 'A crash to steer');
  await page.goto(`/executions/${execution.id}`);
  await expect(page.getByRole('button', { name: /^Sign off: Waiting/ })).toBeVisible();

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel execution' }).click();

  await expect(page.getByRole('heading', { level: 1 })).toContainText('Cancelled');
});

test('executions are filtered by status and found by name; the filters live in the address', async ({ page, api, deck }) => {
  await start(api, deck.workflow, 'Is this a question?', 10_000);
  await start(api, deck.workflow, 'A crash that waits');
  await page.goto(`/projects/${deck.project.id}/executions`);
  const rows = page.getByRole('table', { name: 'Executions' }).getByRole('row');
  await expect(rows).toHaveCount(3);

  await page.getByRole('button', { name: 'Completed' }).click();
  await expect(page).toHaveURL(/status=completed/);
  await expect(rows).toHaveCount(2);
  await page.reload();
  await expect(rows).toHaveCount(2);
  await page.getByRole('searchbox').fill('nothing is called so');
  await expect(page.getByText('No execution is like this')).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(rows).toHaveCount(3);
});

test('an agent and a tool are tried from their pages', async ({ page, api, deck }) => {
  await page.goto(`/projects/${deck.project.id}/agents/${deck.agent.id}`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByLabel('Message').fill('It does crash');
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Completed');
  await expect(page.getByRole('group', { name: 'Output' })).toContainText('"bug"');

  const { data: tool } = await api.POST('/api/v1/projects/{project_id}/tools', {
    params: { path: { project_id: deck.project.id } },
    body: {
      name: 'nowhere',
      kind: 'http',
      parameters: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
      config: { method: 'GET', url: 'http://127.0.0.1:9/{{ input.city }}' },
    },
  });
  await page.goto(`/projects/${deck.project.id}/tools/${tool?.id}`);
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByRole('dialog').getByLabel('city').fill('Bonn');
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
  // Requests to this machine itself are refused unless the operator allows them.
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Failed');
});

test('versions are compared, published and rolled back', async ({ page, api, deck }) => {
  await api.PATCH('/api/v1/agents/{agent_id}', { params: { path: { agent_id: deck.agent.id } }, body: { description: 'Says it better.' } });
  await page.goto(`/projects/${deck.project.id}/agents/${deck.agent.id}?tab=versions`);

  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const diff = page.getByRole('dialog', { name: 'What differs' });
  await expect(diff.getByLabel('After')).toContainText('Says it better.');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByLabel('Note').fill('Better words');
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  const versions = page.getByRole('table', { name: 'Versions' });
  await expect(versions.getByRole('row', { name: /v2.*Runs now.*Better words/ })).toBeVisible();

  await page.getByRole('button', { name: 'Roll back to version 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await expect(versions.getByRole('row', { name: /v3.*Runs now/ })).toBeVisible();
});
