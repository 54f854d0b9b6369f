import { useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from 'react-router';
import { projectQuery } from '@/api/queries/projects';
import { Page, PageHeader } from '@/components/page-header';
import { ErrorState } from '@/components/states';
import { Skeleton } from '@/components/ui/skeleton';
import { NavTabs } from '@/components/ui/tabs';
import { useTitle } from '@/lib/use-title';
import { ProjectActions } from './components/project-actions';
import { ProjectBadges } from './components/project-badges';

const TABS = ['workflows', 'agents', 'tools', 'executions', 'members', 'variables', 'credentials', 'settings'];

/** The head and tabs that all pages of a project share. */
export function Component() {
  const { projectId = '' } = useParams();
  const { data: project, error, refetch } = useQuery(projectQuery(projectId));
  useTitle(project?.name);
  if (error && !project) {
    return (
      <Page>
        <h1 className="sr-only">Project</h1>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  const base = `/projects/${projectId}`;
  return (
    <Page wide>
      {project ? (
        <PageHeader
          title={
            <>
              {project.name}
              <ProjectBadges project={project} />
            </>
          }
          actions={<ProjectActions project={project} />}
        />
      ) : (
        <Skeleton className="h-7 w-64" />
      )}
      <div className="mt-3 mb-5">
        <NavTabs
          label="Project"
          tabs={[
            { to: base, label: 'Overview', end: true },
            ...TABS.map((tab) => ({ to: `${base}/${tab}`, label: tab.charAt(0).toUpperCase() + tab.slice(1) })),
          ]}
        />
      </div>
      <Outlet />
    </Page>
  );
}
