import type { QueryClient } from '@tanstack/react-query';
import { createBrowserRouter, type RouteObject } from 'react-router';
import { AppShell } from './app-shell';
import { AgentCrumb, ExecutionCrumb, ProjectCrumb, ToolCrumb, WorkflowCrumb, type CrumbHandle } from './breadcrumbs';
import { NotFound, RouteError, Splash } from './route-states';
import { requireNobody, requireSession } from './session-gate';

const crumb = (...crumbs: CrumbHandle['crumbs']): { handle: CrumbHandle } => ({ handle: { crumbs } });

const account: RouteObject = {
  path: 'account',
  lazy: () => import('@/features/account/account-layout'),
  ...crumb({ label: 'Account', to: () => '/account' }),
  children: [
    { index: true, lazy: () => import('@/features/account/profile-page') },
    { path: 'api-keys', lazy: () => import('@/features/account/api-keys-page'), ...crumb({ label: 'API keys' }) },
  ],
};

const project: RouteObject = {
  path: 'projects/:projectId',
  ...crumb({ label: 'Projects', to: () => '/projects' }, { render: (params) => <ProjectCrumb id={params['projectId']} /> }),
  children: [
    {
      lazy: () => import('@/features/projects/project-layout'),
      children: [
        { index: true, lazy: () => import('@/features/projects/overview-page') },
        { path: 'workflows', lazy: () => import('@/features/workflows/workflow-list-page') },
        { path: 'agents', lazy: () => import('@/features/agents/agent-list-page') },
        { path: 'tools', lazy: () => import('@/features/tools/tool-list-page') },
        { path: 'executions', lazy: () => import('@/features/executions/project-executions-page') },
        { path: 'members', lazy: () => import('@/features/projects/members-page') },
        { path: 'variables', lazy: () => import('@/features/projects/variables-page') },
        { path: 'credentials', lazy: () => import('@/features/projects/credentials-page') },
        { path: 'settings', lazy: () => import('@/features/projects/settings-page') },
      ],
    },
    {
      path: 'workflows/:workflowId',
      lazy: () => import('@/features/workflows/workflow-page'),
      ...crumb(
        { label: 'Workflows', to: (params) => `/projects/${params['projectId']}/workflows` },
        { render: (params) => <WorkflowCrumb id={params['workflowId']} /> },
      ),
    },
    {
      path: 'agents/:agentId',
      lazy: () => import('@/features/agents/agent-page'),
      ...crumb(
        { label: 'Agents', to: (params) => `/projects/${params['projectId']}/agents` },
        { render: (params) => <AgentCrumb id={params['agentId']} /> },
      ),
    },
    {
      path: 'tools/:toolId',
      lazy: () => import('@/features/tools/tool-page'),
      ...crumb(
        { label: 'Tools', to: (params) => `/projects/${params['projectId']}/tools` },
        { render: (params) => <ToolCrumb id={params['toolId']} /> },
      ),
    },
  ],
};

export function makeRouter(queryClient: QueryClient) {
  return createBrowserRouter([
    {
      lazy: () => import('@/features/auth/auth-layout'),
      loader: requireNobody(queryClient),
      shouldRevalidate: () => true,
      HydrateFallback: Splash,
      ErrorBoundary: RouteError,
      children: [
        { path: 'setup', lazy: () => import('@/features/auth/setup-page') },
        { path: 'login', lazy: () => import('@/features/auth/login-page') },
        { path: 'register', lazy: () => import('@/features/auth/register-page') },
      ],
    },
    {
      path: '/',
      Component: AppShell,
      loader: requireSession(queryClient),
      // Asked again when the session begins or ends, not with each page.
      shouldRevalidate: ({ currentUrl, nextUrl }) => currentUrl.href === nextUrl.href,
      HydrateFallback: Splash,
      ErrorBoundary: RouteError,
      children: [
        {
          ErrorBoundary: RouteError,
          children: [
            { index: true, lazy: () => import('@/features/home/home-page') },
            {
              path: 'projects',
              lazy: () => import('@/features/projects/project-list-page'),
              ...crumb({ label: 'Projects' }),
            },
            project,
            {
              path: 'executions',
              lazy: () => import('@/features/executions/executions-page'),
              ...crumb({ label: 'Executions' }),
            },
            {
              path: 'executions/:executionId',
              lazy: () => import('@/features/executions/execution-page'),
              ...crumb({ render: (params) => <ExecutionCrumb id={params['executionId']} /> }),
            },
            { path: 'approvals', lazy: () => import('@/features/approvals/approvals-page'), ...crumb({ label: 'Approvals' }) },
            account,
            { path: 'admin/users', lazy: () => import('@/features/admin/users-page'), ...crumb({ label: 'Users' }) },
            { path: 'admin/audit', lazy: () => import('@/features/admin/audit-page'), ...crumb({ label: 'Audit' }) },
            { path: '*', Component: NotFound, ...crumb({ label: 'Not found' }) },
          ],
        },
      ],
    },
  ]);
}
