import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Bot, ListTree, Workflow, Wrench, type LucideIcon } from 'lucide-react';
import { Link, useParams } from 'react-router';
import { agentsQuery } from '@/api/queries/agents';
import { approvalsQuery } from '@/api/queries/approvals';
import { executionsQuery } from '@/api/queries/executions';
import { flatten } from '@/api/queries/paging';
import { projectQuery } from '@/api/queries/projects';
import { toolsQuery } from '@/api/queries/tools';
import { workflowsQuery } from '@/api/queries/workflows';
import { useLiveProject } from '@/api/use-live-project';
import { ApprovalCard } from '@/components/approval-card';
import { CopyButton } from '@/components/copy-button';
import { ExecutionTable } from '@/components/execution-table';
import { PagedList } from '@/components/paged-list';
import { RelativeTime } from '@/components/relative-time';
import { EmptyState } from '@/components/states';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, Section } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';

interface CountProps {
  icon: LucideIcon;
  label: string;
  to: string;
  total: number | undefined;
}

function Count({ icon: Icon, label, to, total }: CountProps) {
  return (
    <Card className="relative flex items-center gap-3 p-3.5 hover:border-edge">
      <span className="grid size-9 place-items-center rounded-md bg-sunken text-muted">
        <Icon className="size-4.5" strokeWidth={1.75} aria-hidden />
      </span>
      <Link to={to} className="after:absolute after:inset-0 after:rounded-lg">
        <span className="block text-lg leading-tight font-semibold tabular">
          {total === undefined ? <Skeleton className="my-0.5 h-5 w-8" /> : total.toLocaleString('en-US')}
        </span>
        <span className="block text-xs text-muted">{label}</span>
      </Link>
    </Card>
  );
}

function About({ projectId }: { projectId: string }) {
  const { data: project } = useQuery(projectQuery(projectId));
  if (!project) return <Skeleton className="h-40 rounded-lg" />;
  return (
    <Card className="p-4 text-[0.8125rem]">
      <p className={project.description ? 'whitespace-pre-wrap' : 'text-muted'}>
        {project.description || 'No description yet. Say in Settings what this project is for.'}
      </p>
      {project.tags.length > 0 && (
        <div className="mt-3 flex flex-wrap gap-1">
          {project.tags.map((tag) => (
            <Link key={tag} to={`/projects?tag=${encodeURIComponent(tag)}`} className="rounded">
              <Badge tone="outline">{tag}</Badge>
            </Link>
          ))}
        </div>
      )}
      <dl className="mt-4 grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-1 border-t pt-3 text-xs">
        <dt className="text-muted">Slug</dt>
        <dd className="font-mono">{project.slug}</dd>
        <dt className="text-muted">Id</dt>
        <dd className="flex min-w-0 items-center font-mono">
          <span className="truncate">{project.id}</span>
          <CopyButton text={project.id} label="Copy project id" />
        </dd>
        <dt className="text-muted">My role</dt>
        <dd>{project.my_role ?? 'none'}</dd>
        <dt className="text-muted">Created</dt>
        <dd>
          <RelativeTime time={project.created_at} />
        </dd>
        <dt className="text-muted">Updated</dt>
        <dd>
          <RelativeTime time={project.updated_at} />
        </dd>
      </dl>
    </Card>
  );
}

export function Component() {
  const { projectId = '' } = useParams();
  const base = `/projects/${projectId}`;
  const workflows = useInfiniteQuery(workflowsQuery(projectId));
  const agents = useInfiniteQuery(agentsQuery(projectId));
  const tools = useInfiniteQuery(toolsQuery(projectId));
  const live = useLiveProject(projectId);
  const executions = useInfiniteQuery({ ...executionsQuery({ project_id: projectId }, 8), refetchInterval: live ? false : 5000 });
  const waiting = flatten(useInfiniteQuery(approvalsQuery({ status: 'pending', project_id: projectId }, 5)).data);
  return (
    <div className="grid gap-6 lg:grid-cols-[1fr_20rem]">
      <div className="grid min-w-0 grid-cols-1 content-start gap-6">
        <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
          <Count icon={Workflow} label="Workflows" to={`${base}/workflows`} total={workflows.data?.pages[0]?.total} />
          <Count icon={Bot} label="Agents" to={`${base}/agents`} total={agents.data?.pages[0]?.total} />
          <Count icon={Wrench} label="Tools" to={`${base}/tools`} total={tools.data?.pages[0]?.total} />
          <Count icon={ListTree} label="Executions" to={`${base}/executions`} total={executions.data?.pages[0]?.total} />
        </div>
        {waiting.length > 0 && (
          <Section title="Waiting for a decision">
            <div className="grid gap-3">
              {waiting.map((approval) => (
                <ApprovalCard key={approval.id} approval={approval} linked />
              ))}
            </div>
          </Section>
        )}
        <Section
          title="Latest executions"
          actions={
            <Button variant="link" size="inline" asChild>
              <Link to={`${base}/executions`}>All</Link>
            </Button>
          }
        >
          <PagedList
            query={executions}
            noun="execution"
            empty={
              <EmptyState
                icon={ListTree}
                title="Nothing has run yet"
                action={
                  <Button asChild>
                    <Link to={`${base}/workflows`}>Go to workflows</Link>
                  </Button>
                }
              >
                Run a workflow and follow it here, step by step.
              </EmptyState>
            }
          >
            {(rows) => <ExecutionTable executions={rows.slice(0, 8)} />}
          </PagedList>
        </Section>
      </div>
      <Section title="About">
        <About projectId={projectId} />
      </Section>
    </div>
  );
}
