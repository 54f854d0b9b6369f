import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { CircleCheckBig, FolderKanban, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Schema } from '@/api/client';
import { approvalsQuery } from '@/api/queries/approvals';
import { executionsQuery } from '@/api/queries/executions';
import { flatten } from '@/api/queries/paging';
import { projectsQuery } from '@/api/queries/projects';
import { meQuery } from '@/api/queries/session';
import { ApprovalCard } from '@/components/approval-card';
import { ExecutionTable } from '@/components/execution-table';
import { Page } from '@/components/page-header';
import { EmptyState, ErrorState } from '@/components/states';
import { RelativeTime } from '@/components/relative-time';
import { Button } from '@/components/ui/button';
import { Card, Section } from '@/components/ui/card';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useTitle } from '@/lib/use-title';

function Quiet({ children }: { children: ReactNode }) {
  return <Card className="px-4 py-5 text-center text-[0.8125rem] text-muted">{children}</Card>;
}

function All({ to }: { to: string }) {
  return (
    <Button variant="link" size="inline" asChild>
      <Link to={to}>All</Link>
    </Button>
  );
}

function Executions({ title, status, quiet }: { title: string; status: Schema<'ExecutionStatus'>; quiet: string }) {
  const query = useInfiniteQuery({ ...executionsQuery({ status }, 5), refetchInterval: 3000 });
  const rows = flatten(query.data).slice(0, 5);
  return (
    <Section title={title} actions={rows.length > 0 && <All to={`/executions?status=${status}`} />}>
      {query.isPending ? (
        <SkeletonRows rows={2} />
      ) : query.error && !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <Quiet>{quiet}</Quiet>
      ) : (
        <ExecutionTable executions={rows} label={title} />
      )}
    </Section>
  );
}

function Projects() {
  const query = useInfiniteQuery(projectsQuery({ member: true, status: 'active', sort: '-updated_at' }, '', 6));
  if (query.isPending) return <SkeletonRows rows={4} />;
  if (query.error && !query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const projects = flatten(query.data).slice(0, 6);
  if (projects.length === 0) {
    return (
      <EmptyState
        icon={FolderKanban}
        title="Begin with a project"
        action={
          <Button variant="primary" asChild>
            <Link to="/projects?new=1">
              <Plus aria-hidden /> New project
            </Link>
          </Button>
        }
      >
        It holds agents, tools, workflows and the people who work on them.
      </EmptyState>
    );
  }
  return (
    <ul className="divide-y overflow-hidden rounded-lg border bg-surface">
      {projects.map((project) => (
        <li key={project.id} className="relative flex items-center gap-3 px-3 py-2.5 hover:bg-hover/50">
          <span className="min-w-0 flex-1">
            <Link to={`/projects/${project.id}`} className="block truncate text-[0.8125rem] font-medium -outline-offset-2 after:absolute after:inset-0">
              {project.name}
            </Link>
            <span className="block truncate text-xs text-muted">{project.description || project.slug}</span>
          </span>
          <RelativeTime time={project.updated_at} className="text-xs whitespace-nowrap text-faint" />
        </li>
      ))}
    </ul>
  );
}

function Waiting() {
  const query = useInfiniteQuery({ ...approvalsQuery({ status: 'pending' }, 3), refetchInterval: 5000 });
  const approvals = flatten(query.data).slice(0, 3);
  return (
    <Section title="Waiting for approval" actions={approvals.length > 0 && <All to="/approvals" />}>
      {query.isPending ? (
        <SkeletonRows rows={1} />
      ) : query.error && !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : approvals.length === 0 ? (
        <Quiet>
          <CircleCheckBig className="mr-1.5 inline size-4 align-[-3px] text-good" aria-hidden />
          Nothing waits for you.
        </Quiet>
      ) : (
        <div className="grid gap-3">
          {approvals.map((approval) => (
            <ApprovalCard key={approval.id} approval={approval} linked />
          ))}
        </div>
      )}
    </Section>
  );
}

export function Component() {
  useTitle('Home');
  const { data: me } = useQuery(meQuery());
  const name = me?.full_name.split(' ')[0];
  return (
    <Page wide>
      <h1 className="mb-5 text-lg font-semibold tracking-tight">{name ? `Welcome aboard, ${name}` : 'Welcome aboard'}</h1>
      <div className="grid gap-6 xl:grid-cols-[1fr_26rem]">
        <div className="grid min-w-0 grid-cols-1 content-start gap-6">
          <Executions title="Running now" status="running" quiet="Nothing runs right now." />
          <Executions title="Failed lately" status="failed" quiet="Nothing has failed. Steady as she goes." />
          <Executions title="Completed lately" status="completed" quiet="Nothing has run to its end yet." />
        </div>
        <div className="grid min-w-0 grid-cols-1 content-start gap-6">
          <Waiting />
          <Section title="My projects" actions={<All to="/projects" />}>
            <Projects />
          </Section>
        </div>
      </div>
    </Page>
  );
}
