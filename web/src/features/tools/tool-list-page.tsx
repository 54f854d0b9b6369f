import { useInfiniteQuery } from '@tanstack/react-query';
import { SearchX, Wrench } from 'lucide-react';
import { useCallback } from 'react';
import { Link, useParams } from 'react-router';
import { toolsQuery } from '@/api/queries/tools';
import { PagedList } from '@/components/paged-list';
import { RelativeTime } from '@/components/relative-time';
import { SearchInput } from '@/components/search-input';
import { EmptyState } from '@/components/states';
import { Badge } from '@/components/ui/badge';
import { rowLink, Table, Td, Th, Tr } from '@/components/ui/table';
import { useSearchState } from '@/lib/use-search-state';

const example = (projectId: string) => `curl ${window.location.origin}/api/v1/projects/${projectId}/tools \\
  -H "X-API-Key: $QUARTERDECK_API_KEY" -H "Content-Type: application/json" \\
  -d '{"name": "weather", "kind": "http", "description": "The weather of a city.",
       "parameters": {"type": "object", "required": ["city"],
                      "properties": {"city": {"type": "string"}}},
       "config": {"method": "GET", "url": "https://weather.example/now"}}'`;

export function Component() {
  const { projectId = '' } = useParams();
  const { get, set } = useSearchState();
  const q = get('q').trim();
  const query = useInfiniteQuery(toolsQuery(projectId, q || undefined));
  const search = useCallback((text: string) => set({ q: text }), [set]);
  const empty = q ? (
    <EmptyState icon={SearchX} title={`No tool matches “${q}”`} />
  ) : (
    <EmptyState icon={Wrench} title="No tools yet" command={example(projectId)}>
      A tool is something that an agent or a workflow can call: a description, the schema of its arguments, and what a repeated call does.
    </EmptyState>
  );
  return (
    <>
      <h2 className="sr-only">Tools</h2>
      <SearchInput label="Search tools" value={get('q')} onChange={search} className="mb-3" />
      <PagedList query={query} noun="tool" empty={empty}>
        {(tools) => (
          <Table label="Tools">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>Kind</Th>
                <Th className="hidden sm:table-cell">Effect</Th>
                <Th>Updated</Th>
              </tr>
            </thead>
            <tbody>
              {tools.map((tool) => (
                <Tr key={tool.id}>
                  <Td className="max-w-96">
                    <span className="flex items-center gap-2">
                      <Link to={`/projects/${projectId}/tools/${tool.id}`} className={rowLink}>
                        {tool.name}
                      </Link>
                      {tool.is_global && <Badge tone="accent">Global</Badge>}
                    </span>
                    {tool.description && <span className="block truncate text-xs text-muted">{tool.description}</span>}
                  </Td>
                  <Td>{tool.kind}</Td>
                  <Td className="hidden text-muted sm:table-cell">{tool.effect ?? 'by method'}</Td>
                  <Td className="whitespace-nowrap text-muted">
                    <RelativeTime time={tool.updated_at} />
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
