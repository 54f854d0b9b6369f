import { useInfiniteQuery } from '@tanstack/react-query';
import { Play, SearchX, Workflow } from 'lucide-react';
import { useCallback, useState } from 'react';
import { Link, useParams } from 'react-router';
import { workflowsQuery } from '@/api/queries/workflows';
import { PagedList } from '@/components/paged-list';
import { RelativeTime } from '@/components/relative-time';
import { SearchInput } from '@/components/search-input';
import { EmptyState } from '@/components/states';
import { Button } from '@/components/ui/button';
import { rowLink, Table, Td, Th, Tr } from '@/components/ui/table';
import { VersionBadge } from '@/components/version-badge';
import { useSearchState } from '@/lib/use-search-state';
import { RunDialog } from './components/run-dialog';

const example = (projectId: string) => `# hello.yaml
format: quarterdeck/v1
name: Hello
inputs: {type: object, required: [name], properties: {name: {type: string}}}
nodes:
  - id: greet
    type: transform
    with: {set: {text: "Ahoy, {{ input.name }}!"}}
outputs: {text: "{{ steps.greet.output.text }}"}

qd apply -f hello.yaml --project ${projectId}
qd run Hello --project ${projectId} --input '{"name": "Ada"}'`;

export function Component() {
  const { projectId = '' } = useParams();
  const { get, set } = useSearchState();
  const q = get('q').trim();
  const query = useInfiniteQuery(workflowsQuery(projectId, q || undefined));
  const search = useCallback((text: string) => set({ q: text }), [set]);
  const [running, setRunning] = useState<string | null>(null);
  const empty = q ? (
    <EmptyState icon={SearchX} title={`No workflow matches “${q}”`} />
  ) : (
    <EmptyState icon={Workflow} title="No workflows yet" command={example(projectId)}>
      A workflow is a graph of steps: models, agents, tools, requests, decisions by people. Write one as YAML, apply it, and run it here.
    </EmptyState>
  );
  return (
    <>
      <h2 className="sr-only">Workflows</h2>
      <SearchInput label="Search workflows" value={get('q')} onChange={search} className="mb-3" />
      <PagedList query={query} noun="workflow" empty={empty}>
        {(workflows) => (
          <Table label="Workflows">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th className="hidden sm:table-cell">Version</Th>
                <Th>Updated</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {workflows.map((workflow) => (
                <Tr key={workflow.id}>
                  <Td className="w-full max-w-0 sm:max-w-96">
                    <Link to={`/projects/${projectId}/workflows/${workflow.id}`} className={rowLink}>
                      {workflow.name}
                    </Link>
                    {workflow.description && <span className="block truncate text-xs text-muted">{workflow.description}</span>}
                  </Td>
                  <Td className="hidden sm:table-cell">
                    <span className="flex gap-1">
                      <VersionBadge of={workflow} />
                    </span>
                  </Td>
                  <Td className="whitespace-nowrap text-muted">
                    <RelativeTime time={workflow.updated_at} />
                  </Td>
                  <Td className="text-right">
                    <Button size="sm" className="relative" aria-label={`Run ${workflow.name}`} onClick={() => setRunning(workflow.id)}>
                      <Play aria-hidden /> Run
                    </Button>
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
      {running && <RunDialog workflowId={running} onClose={() => setRunning(null)} />}
    </>
  );
}
