import type { Schema } from '@/api/client';

/** The agent as an author writes it: without what the server adds, and without what says nothing. */
export function agentDocument(agent: Schema<'Agent'>): Record<string, unknown> {
  const written: Schema<'AgentDraft'> = {
    name: agent.name,
    description: agent.description ?? null,
    provider: agent.provider,
    model: agent.model,
    connection_id: agent.connection_id ?? null,
    system_prompt: agent.system_prompt ?? null,
    instructions: agent.instructions ?? null,
    tools: agent.tools ?? null,
    capabilities: agent.capabilities ?? null,
    output_schema: agent.output_schema ?? null,
    limits: agent.limits ?? null,
    settings: agent.settings ?? null,
  };
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null));
}
