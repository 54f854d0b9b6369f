import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { Link, useMatches, type Params } from 'react-router';
import { agentQuery } from '@/api/queries/agents';
import { executionQuery } from '@/api/queries/executions';
import { projectQuery } from '@/api/queries/projects';
import { toolQuery } from '@/api/queries/tools';
import { workflowQuery } from '@/api/queries/workflows';
import { Skeleton } from '@/components/ui/skeleton';
import { shortId } from '@/lib/format';

type Crumb =
  | { label: string; to?: (params: Params) => string }
  | { render: (params: Params) => ReactNode };

export interface CrumbHandle {
  crumbs: Crumb[];
}

const link = 'truncate rounded text-muted hover:text-ink';

/** The way here, from the routes' own handles. */
export function Breadcrumbs() {
  const matches = useMatches();
  const crumbs = matches.flatMap((match) =>
    ((match.handle as CrumbHandle | undefined)?.crumbs ?? []).map((crumb) => ({ crumb, params: match.params })),
  );
  if (crumbs.length === 0) return <span className="text-[0.8125rem] font-medium">Home</span>;
  return (
    <nav aria-label="Breadcrumbs" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1 text-[0.8125rem]">
        {crumbs.map(({ crumb, params }, index) => (
          <Fragment key={index}>
            {index > 0 && <ChevronRight className="size-3.5 shrink-0 text-faint" aria-hidden />}
            <li className="flex min-w-0 items-center gap-1 last:font-medium">
              {'render' in crumb ? (
                crumb.render(params)
              ) : crumb.to && index < crumbs.length - 1 ? (
                <Link to={crumb.to(params)} className={link}>
                  {crumb.label}
                </Link>
              ) : (
                <span className="truncate">{crumb.label}</span>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}

const Loading = () => <Skeleton className="h-3.5 w-20" />;

export function ProjectCrumb({ id = '' }: { id: string | undefined }) {
  const { data } = useQuery(projectQuery(id));
  if (!data) return <Loading />;
  return (
    <Link to={`/projects/${id}`} className="max-w-52 truncate rounded hover:text-accent">
      {data.name}
    </Link>
  );
}

export function WorkflowCrumb({ id = '' }: { id: string | undefined }) {
  const { data } = useQuery(workflowQuery(id));
  return data ? <span className="truncate">{data.name}</span> : <Loading />;
}

export function AgentCrumb({ id = '' }: { id: string | undefined }) {
  const { data } = useQuery(agentQuery(id));
  return data ? <span className="truncate">{data.name}</span> : <Loading />;
}

export function ToolCrumb({ id = '' }: { id: string | undefined }) {
  const { data } = useQuery(toolQuery(id));
  return data ? <span className="truncate">{data.name}</span> : <Loading />;
}

/** An execution belongs to a project, which its own address does not name. */
export function ExecutionCrumb({ id = '' }: { id: string | undefined }) {
  const { data } = useQuery(executionQuery(id));
  const separator = <ChevronRight className="size-3.5 shrink-0 text-faint" aria-hidden />;
  return (
    <>
      {data && (
        <>
          <ProjectCrumb id={data.project_id} />
          {separator}
        </>
      )}
      <Link to={data ? `/projects/${data.project_id}/executions` : '/executions'} className={link}>
        Executions
      </Link>
      {separator}
      <span className="truncate font-mono text-xs">{shortId(id)}</span>
    </>
  );
}
