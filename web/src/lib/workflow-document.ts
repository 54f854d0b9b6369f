import { isObject, type JsonObject } from './json';

/** A workflow document as the pages read it. The server has checked it; what is odd is left out. */
export interface WorkflowNode {
  id: string;
  type: string;
  name: string;
  description: string;
  with: JsonObject;
  /** The node as it stands in the document. */
  source: JsonObject;
}

export interface WorkflowEdge {
  from: string;
  to: string;
  /** Empty for the node's only port. */
  port: string;
}

export interface WorkflowDocument {
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  /** JSON Schema of the input; null where none is declared. */
  inputs: JsonObject | null;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function readWorkflow(value: unknown): WorkflowDocument {
  const document = isObject(value) ? value : {};
  const nodes = list(document['nodes']).flatMap((node): WorkflowNode[] => {
    const id = text(node['id']);
    if (!id) return [];
    return [
      {
        id,
        type: text(node['type']),
        name: text(node['name']) || id,
        description: text(node['description']),
        with: isObject(node['with']) ? node['with'] : {},
        source: node,
      },
    ];
  });
  const known = new Set(nodes.map((node) => node.id));
  const edges = list(document['edges']).flatMap((edge): WorkflowEdge[] => {
    const from = text(edge['from']);
    const to = text(edge['to']);
    return known.has(from) && known.has(to) ? [{ from, to, port: text(edge['port']) }] : [];
  });
  return { nodes, edges, inputs: isObject(document['inputs']) ? document['inputs'] : null };
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** What a node works with, in a few words: the agent's name, the method and host, the model. */
export function nodeSummary(node: WorkflowNode): string {
  const say = (name: string) => text(node.with[name]);
  switch (node.type) {
    case 'agent':
      return say('agent');
    case 'tool':
      return say('tool');
    case 'llm':
      return say('model');
    case 'http':
      return `${say('method') || 'GET'} ${say('url').replace(/^https?:\/\//, '')}`.trim();
    case 'approval':
      return say('title');
    case 'wait':
      return say('for') || say('until') || text(isObject(node.with['event']) ? node.with['event']['name'] : '');
    case 'switch':
      return list(node.with['cases'])
        .map((one) => text(one['name']))
        .join(' · ');
    case 'transform':
      return isObject(node.with['set']) ? Object.keys(node.with['set']).join(', ') : '';
    case 'fail':
      return say('code') || say('message');
    default:
      return node.description;
  }
}
