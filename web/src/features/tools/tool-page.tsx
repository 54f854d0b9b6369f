import { useQuery } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { Schema } from '@/api/client';
import { toolQuery } from '@/api/queries/tools';
import { Facts } from '@/components/definition-list';
import { JsonView } from '@/components/json-view';
import { Page, PageHeader } from '@/components/page-header';
import { RelativeTime } from '@/components/relative-time';
import { ErrorState } from '@/components/states';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, Section } from '@/components/ui/card';
import { PanelTabs } from '@/components/ui/panel-tabs';
import { SkeletonRows } from '@/components/ui/skeleton';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { VersionBadge } from '@/components/version-badge';
import { VersionsPanel } from '@/components/versions/versions-panel';
import { useSearchState } from '@/lib/use-search-state';
import { useTitle } from '@/lib/use-title';
import { TestDialog } from './components/test-dialog';
import { parametersOf } from './lib/parameters';

const EFFECTS: Record<Schema<'Effect'>, string> = {
  read: 'read: may be repeated freely',
  idempotent: 'idempotent: repeating changes nothing more',
  keyed: 'keyed: repeated under the same Idempotency-Key',
  once: 'once: never sent again without an answer',
};

function Parameters({ schema }: { schema: unknown }) {
  const parameters = parametersOf(schema);
  if (parameters.length === 0) return <p className="text-[0.8125rem] text-muted">It takes no arguments.</p>;
  return (
    <Table label="Arguments">
      <thead>
        <tr>
          <Th>Name</Th>
          <Th>Type</Th>
          <Th>Description</Th>
        </tr>
      </thead>
      <tbody>
        {parameters.map((parameter) => (
          <Tr key={parameter.name}>
            <Td className="font-mono text-xs font-medium whitespace-nowrap">
              {parameter.name}
              {parameter.required && <span className="ml-1.5 font-sans font-normal text-waiting">required</span>}
            </Td>
            <Td className="font-mono text-xs text-muted">{parameter.type}</Td>
            <Td className="text-muted">{parameter.description}</Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function Definition({ tool }: { tool: Schema<'Tool'> }) {
  return (
    <div className="grid pt-5 gap-6 lg:grid-cols-[1fr_22rem]">
      <div className="grid min-w-0 grid-cols-1 content-start gap-6">
        <Section title="Arguments">
          <Parameters schema={tool.parameters} />
        </Section>
        <Section title="What it does">
          <JsonView value={tool.config} title={`Configuration of kind ${tool.kind}`} />
        </Section>
        {tool.output_schema && (
          <Section title="What it answers">
            <JsonView value={tool.output_schema} title="JSON Schema" />
          </Section>
        )}
      </div>
      <Section title="About">
        <Card className="p-4">
          <Facts
            facts={[
              ['Kind', tool.kind],
              ['Effect', tool.effect ? EFFECTS[tool.effect] : 'by the method of the request'],
              ['Credential', tool.credential_id ?? 'none'],
            ]}
          />
        </Card>
      </Section>
    </div>
  );
}

export function Component() {
  const { toolId = '' } = useParams();
  const { data: tool, error, refetch } = useQuery(toolQuery(toolId));
  const { get, set } = useSearchState();
  const [trying, setTrying] = useState(false);
  useTitle(tool?.name);
  if (error && !tool) {
    return (
      <Page>
        <h1 className="sr-only">Tool</h1>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  if (!tool) {
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
            {tool.name}
            {tool.is_global && <Badge tone="accent">Global</Badge>}
            <VersionBadge of={tool} />
          </>
        }
        description={tool.description}
        actions={
          <>
            <span className="text-xs text-muted">
              Updated <RelativeTime time={tool.updated_at} />
            </span>
            <Button variant="primary" onClick={() => setTrying(true)}>
              <Play aria-hidden /> Try it
            </Button>
          </>
        }
      />
      <PanelTabs
        className="mt-3"
        label="Tool"
        value={get('tab') || 'about'}
        onValueChange={(tab) => set({ tab: tab === 'about' ? '' : tab })}
        tabs={[
          { value: 'about', label: 'About', content: <Definition tool={tool} /> },
          { value: 'versions', label: 'Versions', content: <div className="pt-4"><VersionsPanel kind="tools" of={tool} /></div> },
        ]}
      />
      {trying && <TestDialog tool={tool} onClose={() => setTrying(false)} />}
    </Page>
  );
}
