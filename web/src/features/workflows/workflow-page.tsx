import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ListTree, Play, Workflow as WorkflowIcon } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useParams } from 'react-router';
import type { Schema } from '@/api/client';
import { executionsQuery } from '@/api/queries/executions';
import { workflowQuery } from '@/api/queries/workflows';
import { useLiveProject } from '@/api/use-live-project';
import { CodeTabs } from '@/components/code-tabs';
import { ExecutionTable } from '@/components/execution-table';
import { WorkflowGraph } from '@/components/graph/workflow-graph';
import { Page, PageHeader } from '@/components/page-header';
import { PagedList } from '@/components/paged-list';
import { EmptyState, ErrorState } from '@/components/states';
import { Button } from '@/components/ui/button';
import { PanelTabs } from '@/components/ui/panel-tabs';
import { SkeletonRows } from '@/components/ui/skeleton';
import { VersionBadge } from '@/components/version-badge';
import { VersionsPanel } from '@/components/versions/versions-panel';
import { useTitle } from '@/lib/use-title';
import { useSearchState } from '@/lib/use-search-state';
import { findNode, readWorkflow } from '@/lib/workflow-document';
import { NodeDrawer } from './components/node-drawer';
import { RunDialog } from './components/run-dialog';

type Workflow = Schema<'Workflow'>;

function Graph({ workflow }: { workflow: Workflow }) {
  const document = useMemo(() => readWorkflow(workflow.definition), [workflow.definition]);
  const [selected, setSelected] = useState<string | null>(null);
  if (document.nodes.length === 0) return <EmptyState className="mt-4" icon={WorkflowIcon} title="This workflow has no nodes" />;
  return (
    <>
      <WorkflowGraph className="mt-4" document={document} selected={selected} onSelect={setSelected} />
      <NodeDrawer node={selected ? findNode(document, selected) : null} onClose={() => setSelected(null)} />
    </>
  );
}

function Executions({ workflowId }: { workflowId: string }) {
  const { projectId } = useParams();
  const live = useLiveProject(projectId);
  const query = useInfiniteQuery({ ...executionsQuery({ workflow_id: workflowId }), refetchInterval: live ? false : 5000 });
  return (
    <div className="pt-4">
      <PagedList query={query} noun="execution" empty={<EmptyState icon={ListTree} title="It has not run yet">Press Run above and follow it step by step.</EmptyState>}>
        {(rows) => <ExecutionTable executions={rows} />}
      </PagedList>
    </div>
  );
}

export function Component() {
  const { workflowId = '' } = useParams();
  const { data: workflow, error, refetch } = useQuery(workflowQuery(workflowId));
  const { get, set } = useSearchState();
  const [running, setRunning] = useState(false);
  useTitle(workflow?.name);
  if (error && !workflow) {
    return (
      <Page>
        <h1 className="sr-only">Workflow</h1>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  if (!workflow) {
    return (
      <Page>
        <SkeletonRows />
      </Page>
    );
  }
  return (
    <Page wide>
      <PageHeader
        title={
          <>
            {workflow.name}
            <VersionBadge of={workflow} />
          </>
        }
        description={workflow.description}
        actions={
          <Button variant="primary" onClick={() => setRunning(true)}>
            <Play aria-hidden /> Run
          </Button>
        }
      />
      <PanelTabs
        className="mt-3"
        label="Workflow"
        value={get('tab') || 'graph'}
        onValueChange={(tab) => set({ tab: tab === 'graph' ? '' : tab })}
        tabs={[
          { value: 'graph', label: 'Graph', content: <Graph workflow={workflow} /> },
          { value: 'code', label: 'Code', content: <div className="pt-3"><CodeTabs value={workflow.definition} label="Workflow document" /></div> },
          { value: 'executions', label: 'Executions', content: <Executions workflowId={workflow.id} /> },
          { value: 'versions', label: 'Versions', content: <div className="pt-4"><VersionsPanel kind="workflows" of={workflow} /></div> },
        ]}
      />
      {running && <RunDialog workflowId={workflow.id} onClose={() => setRunning(false)} />}
    </Page>
  );
}
