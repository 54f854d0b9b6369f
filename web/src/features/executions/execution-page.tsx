import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useParams } from 'react-router';
import type { Schema } from '@/api/client';
import { approvalsQuery } from '@/api/queries/approvals';
import { flatten } from '@/api/queries/paging';
import { ApprovalCard } from '@/components/approval-card';
import { WorkflowGraph } from '@/components/graph/workflow-graph';
import { JsonView } from '@/components/json-view';
import { Page, PageHeader } from '@/components/page-header';
import { ErrorState } from '@/components/states';
import { StatusBadge } from '@/components/status-badge';
import { Badge } from '@/components/ui/badge';
import { Card } from '@/components/ui/card';
import { PanelTabs } from '@/components/ui/panel-tabs';
import { Skeleton, SkeletonRows } from '@/components/ui/skeleton';
import { humanize } from '@/lib/format';
import { containerOf, nodePath } from '@/lib/node-path';
import { isFinal } from '@/lib/status';
import { useSearchState } from '@/lib/use-search-state';
import { useTitle } from '@/lib/use-title';
import { findNode } from '@/lib/workflow-document';
import { useExecutedDefinition } from './api/executed-definition';
import { useLiveExecution } from './api/use-live-execution';
import { ErrorBox } from './components/error-box';
import { ExecutionFigures } from './components/execution-figures';
import { StepDrawer } from './components/step-drawer';
import { StepTable } from './components/step-table';
import { SteeringButtons } from './components/steering';
import { Timeline } from './components/timeline';
import type { LiveTexts } from './lib/live-event';
import { nodeStates, stepOfNode } from './lib/node-states';
import { failedStep, situation, testLabel } from './lib/situation';

type Execution = Schema<'Execution'>;
type Step = Schema<'Step'>;
type StepList = Schema<'StepList'>;

/** What a person is asked here, and what was answered. */
function Approvals({ executionId }: { executionId: string }) {
  const approvals = flatten(useInfiniteQuery(approvalsQuery({ execution_id: executionId })).data);
  const open = approvals.filter((approval) => approval.status === 'pending');
  if (open.length === 0) return null;
  return (
    <section aria-labelledby="decisions" className="grid grid-cols-1 gap-3 xl:col-start-2">
      <h2 id="decisions" className="sr-only">
        Waiting for a decision
      </h2>
      {open.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} />
      ))}
    </section>
  );
}

interface StepsProps {
  execution: Execution;
  list: StepList;
  nameOf: (path: string) => string;
  onSelect: (step: Step) => void;
}

function Steps({ execution, list, nameOf, onSelect }: StepsProps) {
  const { get, set } = useSearchState();
  const steps = list.items;
  return (
    <PanelTabs
      label="Steps as"
      value={get('tab') || 'timeline'}
      onValueChange={(tab) => set({ tab: tab === 'timeline' ? '' : tab })}
      tabs={[
        {
          value: 'timeline',
          label: 'Timeline',
          content: <Timeline steps={steps} nameOf={nameOf} running={!isFinal(execution.status)} onSelect={onSelect} />,
        },
        {
          value: 'steps',
          label: 'Steps',
          content: (
            <div className="pt-3">
              <StepTable steps={steps} nameOf={nameOf} onSelect={onSelect} />
              {list.has_more_inside && (
                <p className="px-2 py-3 text-xs text-muted">
                  There is too much inside maps and loops to list it here. Open one of them and choose an item.
                </p>
              )}
            </div>
          ),
        },
      ]}
    />
  );
}

interface BodyProps {
  execution: Execution;
  list: StepList | undefined;
  texts: LiveTexts;
}

function Body({ execution, list, texts }: BodyProps) {
  const definition = useExecutedDefinition(execution);
  const steps = list?.items;
  const states = useMemo(() => nodeStates(steps ?? []), [steps]);
  const [selected, setSelected] = useState<Step | null>(null);
  const nameOf = (path: string) => (definition && findNode(definition, path)?.name) ?? path.slice(path.lastIndexOf('.') + 1);
  // As it is now, where it is among those that are followed.
  const step = steps?.find((one) => one.id === selected?.id) ?? selected;
  const around = steps?.find((one) => one.path === (step && containerOf(step.path)?.path)) ?? null;
  const failed = failedStep(execution, steps ?? []);
  const selectNode = (path: string) => setSelected(stepOfNode(steps ?? [], path) ?? null);

  return (
    <>
      <ErrorBox error={execution.error} where={failed && nameOf(failed)} />
      {/* Narrow: the question first, then how it went. Wide: beside each other. */}
      <div className="grid grid-cols-1 gap-x-6 gap-y-5 xl:grid-cols-[minmax(0,1fr)_26rem] xl:grid-rows-[auto_1fr]">
        <Approvals executionId={execution.id} />
        <div className="grid min-w-0 grid-cols-1 content-start gap-5 xl:col-start-1 xl:row-span-2 xl:row-start-1">
          {definition && definition.nodes.length > 0 && (
            <WorkflowGraph maxHeight="22rem" document={definition} states={states} selected={step && nodePath(step.path)} onSelect={selectNode} />
          )}
          {list ? <Steps execution={execution} list={list} nameOf={nameOf} onSelect={setSelected} /> : <SkeletonRows />}
        </div>
        <div className="grid min-w-0 grid-cols-1 content-start gap-4 xl:col-start-2">
          {isFinal(execution.status) && <JsonView value={execution.output} title="Output" />}
          {execution.response != null && <JsonView value={execution.response} title="Response" />}
          <JsonView value={execution.input} title="Input" />
        </div>
      </div>
      <StepDrawer
        step={step}
        around={around}
        nameOf={nameOf}
        saying={step ? texts[step.path]?.text : undefined}
        onSelect={setSelected}
        onClose={() => setSelected(null)}
      />
    </>
  );
}

export function Component() {
  const { executionId = '' } = useParams();
  const { execution: query, steps, texts } = useLiveExecution(executionId);
  const execution = query.data;
  useTitle(execution ? `${humanize(execution.status)}: ${execution.name}` : undefined);
  if (query.error && !execution) {
    return (
      <Page>
        <h1 className="sr-only">Execution</h1>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Page>
    );
  }
  if (!execution) {
    return (
      <Page wide className="grid gap-4">
        <Skeleton className="h-7 w-72" />
        <Skeleton className="h-72 rounded-lg" />
        <SkeletonRows />
      </Page>
    );
  }
  const test = testLabel(execution);
  return (
    <Page wide className="grid grid-cols-1 gap-5">
      <PageHeader
        title={
          <>
            {execution.name}
            <span aria-live="polite" className="inline-flex">
              <StatusBadge status={execution.status} />
            </span>
            {test && <Badge tone="outline">{test}</Badge>}
          </>
        }
        description={situation(execution)}
        actions={<SteeringButtons execution={execution} />}
      />
      <Card className="px-4 py-3">
        <ExecutionFigures execution={execution} />
      </Card>
      <Body execution={execution} list={steps.data} texts={texts} />
    </Page>
  );
}
