import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Schema } from '@/api/client';
import { executionQuery } from '@/api/queries/executions';
import { Elapsed } from '@/components/execution-table';
import { RelativeTime } from '@/components/relative-time';
import { formatCost, formatCount, humanize, shortId } from '@/lib/format';

type Execution = Schema<'Execution'>;

const link = 'text-accent hover:underline';

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="mt-0.5 text-[0.8125rem] font-medium tabular">{children}</dd>
    </div>
  );
}

/** To the execution whose step began this one. */
function ParentLink({ id, step }: { id: string; step: string }) {
  const { data: parent } = useQuery(executionQuery(id));
  return (
    <>
      <Link className={link} to={`/executions/${id}`}>
        {parent?.name ?? shortId(id)}
      </Link>
      <span className="ml-1.5 font-normal text-muted">
        step <code className="font-mono text-xs">{step}</code>
      </span>
    </>
  );
}

/** What it is and what it took, in a row. */
export function ExecutionFigures({ execution }: { execution: Execution }) {
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-3">
      <Figure label="Duration">
        <Elapsed execution={execution} />
      </Figure>
      <Figure label="Cost">{formatCost(execution.cost_usd)}</Figure>
      <Figure label="Tokens">{formatCount(execution.tokens)}</Figure>
      <Figure label="Started">
        <RelativeTime time={execution.created_at} />
      </Figure>
      <Figure label="Trigger">{humanize(execution.trigger)}</Figure>
      {execution.parent_id && (
        <Figure label="Begun by">
          <ParentLink id={execution.parent_id} step={execution.parent_step ?? ''} />
        </Figure>
      )}
      {execution.forked_from && (
        <Figure label="Forked">
          <Link className={link} to={`/executions/${execution.forked_from.execution_id}`}>
            From {execution.forked_from.step}
          </Link>
        </Figure>
      )}
      {execution.workflow_id && (
        <Figure label="Workflow">
          <Link className={link} to={`/projects/${execution.project_id}/workflows/${execution.workflow_id}`}>
            {execution.workflow_version > 0 ? `Version ${execution.workflow_version}` : 'Unpublished'}
          </Link>
        </Figure>
      )}
    </dl>
  );
}
