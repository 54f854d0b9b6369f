import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type { Schema } from '@/api/client';
import { agentQuery } from '@/api/queries/agents';
import { flatten } from '@/api/queries/paging';
import { toolsQuery } from '@/api/queries/tools';
import { CodeBlock } from '@/components/code-block';
import { CodeTabs } from '@/components/code-tabs';
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
import { VersionBadge } from '@/components/version-badge';
import { VersionsPanel } from '@/components/versions/versions-panel';
import { curlCommand } from '@/lib/curl';
import { formatCost, formatCount } from '@/lib/format';
import { useSearchState } from '@/lib/use-search-state';
import { useTitle } from '@/lib/use-title';
import { RunDialog } from './components/run-dialog';
import { agentDocument } from './lib/agent-document';

type Agent = Schema<'Agent'>;

function Tools({ agent }: { agent: Agent }) {
  const tools = flatten(useInfiniteQuery(toolsQuery(agent.project_id)).data);
  if (!agent.tools?.length) return <p className="text-[0.8125rem] text-muted">It answers from the model alone: no tools.</p>;
  return (
    <ul className="grid gap-1.5">
      {agent.tools.map((name) => {
        const tool = tools.find((one) => one.name === name);
        return (
          <li key={name}>
            <Card className="relative flex items-center gap-2 px-3 py-2 text-[0.8125rem] has-[a]:hover:border-edge">
              {tool ? (
                <Link className="font-medium after:absolute after:inset-0" to={`/projects/${agent.project_id}/tools/${tool.id}`}>
                  {name}
                </Link>
              ) : (
                <span className="font-medium">{name}</span>
              )}
              <span className="min-w-0 flex-1 truncate text-xs text-muted">{tool?.description}</span>
              {tool?.effect && <Badge tone="outline">{tool.effect}</Badge>}
            </Card>
          </li>
        );
      })}
    </ul>
  );
}

function Limits({ agent }: { agent: Agent }) {
  const { limits } = agent;
  return (
    <Facts
      facts={[
        ['Turns', limits?.max_turns ?? 'as the server says'],
        ['Tokens', limits?.max_tokens ? formatCount(limits.max_tokens) : 'no limit'],
        ['Cost', limits?.max_cost_usd != null ? formatCost(limits.max_cost_usd) : 'no limit'],
      ]}
    />
  );
}

function About({ agent }: { agent: Agent }) {
  return (
    <div className="grid min-w-0 grid-cols-1 content-start gap-6">
      <Section title="Model">
        <Card className="p-4">
          <Facts
            facts={[
              ['Provider', agent.provider === 'scripted' ? 'scripted (answers from a script, not a model)' : agent.provider],
              ['Model', <span key="model" className="font-mono text-xs">{agent.model}</span>],
              ['Credential', agent.connection_id ?? "the server's own key"],
            ]}
          />
        </Card>
      </Section>
      <Section title="Limits of one run">
        <Card className="p-4">
          <Limits agent={agent} />
        </Card>
      </Section>
      {agent.capabilities && agent.capabilities.length > 0 && (
        <Section title="Capabilities">
          <div className="flex flex-wrap gap-1">
            {agent.capabilities.map((capability) => (
              <Badge key={capability}>{capability}</Badge>
            ))}
          </div>
        </Section>
      )}
      <Section title="Run it">
        <CodeBlock title="From a terminal" text={curlCommand(`/api/v1/agents/${agent.id}/run`, { input: 'Hello' })} />
      </Section>
    </div>
  );
}

function Definition({ agent }: { agent: Agent }) {
  return (
    <div className="grid pt-5 gap-6 lg:grid-cols-[1fr_22rem]">
      <div className="grid min-w-0 grid-cols-1 content-start gap-6">
        <Section title="System prompt">
          <CodeBlock className="font-sans text-[0.8125rem] whitespace-pre-wrap" text={agent.system_prompt || 'None.'} />
        </Section>
        {agent.instructions && (
          <Section title="Instructions">
            <CodeBlock className="font-sans text-[0.8125rem] whitespace-pre-wrap" text={agent.instructions} />
          </Section>
        )}
        <Section title="Tools">
          <Tools agent={agent} />
        </Section>
        {agent.output_schema && (
          <Section title="Structured output">
            <JsonView value={agent.output_schema} title="JSON Schema" />
          </Section>
        )}
        <Section title="As a document">
          <CodeTabs value={agentDocument(agent)} label="Agent document" />
        </Section>
      </div>
      <About agent={agent} />
    </div>
  );
}

export function Component() {
  const { agentId = '' } = useParams();
  const { data: agent, error, refetch } = useQuery(agentQuery(agentId));
  const { get, set } = useSearchState();
  const [running, setRunning] = useState(false);
  useTitle(agent?.name);
  if (error && !agent) {
    return (
      <Page>
        <h1 className="sr-only">Agent</h1>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  if (!agent) {
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
            {agent.name}
            <VersionBadge of={agent} />
          </>
        }
        description={agent.description}
        actions={
          <>
            <span className="text-xs text-muted">
              Updated <RelativeTime time={agent.updated_at} />
            </span>
            <Button variant="primary" onClick={() => setRunning(true)}>
              <Play aria-hidden /> Run
            </Button>
          </>
        }
      />
      <PanelTabs
        className="mt-3"
        label="Agent"
        value={get('tab') || 'about'}
        onValueChange={(tab) => set({ tab: tab === 'about' ? '' : tab })}
        tabs={[
          { value: 'about', label: 'About', content: <Definition agent={agent} /> },
          { value: 'versions', label: 'Versions', content: <div className="pt-4"><VersionsPanel kind="agents" of={agent} /></div> },
        ]}
      />
      {running && <RunDialog agent={agent} onClose={() => setRunning(false)} />}
    </Page>
  );
}
