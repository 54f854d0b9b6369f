import { useInfiniteQuery } from '@tanstack/react-query';
import { Bot, SearchX } from 'lucide-react';
import { useCallback } from 'react';
import { Link, useParams } from 'react-router';
import { agentsQuery } from '@/api/queries/agents';
import { PagedList } from '@/components/paged-list';
import { RelativeTime } from '@/components/relative-time';
import { SearchInput } from '@/components/search-input';
import { EmptyState } from '@/components/states';
import { rowLink, Table, Td, Th, Tr } from '@/components/ui/table';
import { VersionBadge } from '@/components/version-badge';
import { useSearchState } from '@/lib/use-search-state';

const example = (projectId: string) => `curl ${window.location.origin}/api/v1/projects/${projectId}/agents \\
  -H "X-API-Key: $QUARTERDECK_API_KEY" -H "Content-Type: application/json" \\
  -d '{"name": "greeter", "provider": "scripted", "model": "script",
       "system_prompt": "You greet people.",
       "settings": {"script": [{"say": "Ahoy!"}]}}'`;

export function Component() {
  const { projectId = '' } = useParams();
  const { get, set } = useSearchState();
  const q = get('q').trim();
  const query = useInfiniteQuery(agentsQuery(projectId, q || undefined));
  const search = useCallback((text: string) => set({ q: text }), [set]);
  const empty = q ? (
    <EmptyState icon={SearchX} title={`No agent matches “${q}”`} />
  ) : (
    <EmptyState icon={Bot} title="No agents yet" command={example(projectId)}>
      An agent is a model with a purpose: a system prompt, the tools it may use, and limits on turns, tokens and cost. This one answers
      from a script, so it needs no key.
    </EmptyState>
  );
  return (
    <>
      <h2 className="sr-only">Agents</h2>
      <SearchInput label="Search agents" value={get('q')} onChange={search} className="mb-3" />
      <PagedList query={query} noun="agent" empty={empty}>
        {(agents) => (
          <Table label="Agents">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>Model</Th>
                <Th className="hidden sm:table-cell">Tools</Th>
                <Th className="hidden sm:table-cell">Version</Th>
                <Th>Updated</Th>
              </tr>
            </thead>
            <tbody>
              {agents.map((agent) => (
                <Tr key={agent.id}>
                  <Td className="w-full max-w-0 sm:max-w-80">
                    <Link to={`/projects/${projectId}/agents/${agent.id}`} className={rowLink}>
                      {agent.name}
                    </Link>
                    {agent.description && <span className="block truncate text-xs text-muted">{agent.description}</span>}
                  </Td>
                  <Td className="whitespace-nowrap">
                    {agent.model} <span className="text-xs text-muted">{agent.provider}</span>
                  </Td>
                  <Td className="hidden text-muted sm:table-cell">{agent.tools?.length ?? 0}</Td>
                  <Td className="hidden sm:table-cell">
                    <span className="flex gap-1">
                      <VersionBadge of={agent} />
                    </span>
                  </Td>
                  <Td className="whitespace-nowrap text-muted">
                    <RelativeTime time={agent.updated_at} />
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
    </>
  );
}
