import { isObject, type JsonObject } from './json';
import { nodePath } from './node-path';

/** A workflow document as the pages read it. The server has checked it; what is odd is left out. */
export interface WorkflowNode {
  id: string;
  type: string;
  name: string;
  description: string;
  with: JsonObject;
  /** What a map or loop runs for each item or round. */
  body: WorkflowDocument | null;
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
  /** From a node to the one that undoes it. */
  compensations: WorkflowEdge[];
  /** JSON Schema of the input; null where none is declared. */
  inputs: JsonObject | null;
}

const MAX_DEPTH = 8;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function readWorkflow(value: unknown, depth = 0): WorkflowDocument {
  const document = isObject(value) ? value : {};
  const nodes = list(document['nodes']).flatMap((node): WorkflowNode[] => {
    const id = text(node['id']);
    if (!id) return [];
    const given = isObject(node['with']) ? node['with'] : {};
    return [
      {
        id,
        type: text(node['type']),
        name: text(node['name']) || id,
        description: text(node['description']),
        with: given,
        body: isObject(given['body']) && hasBody(text(node['type'])) && depth < MAX_DEPTH ? readWorkflow(given['body'], depth + 1) : null,
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
  const compensations = nodes.flatMap((node): WorkflowEdge[] => {
    const to = text(node.source['compensate']);
    return known.has(to) ? [{ from: node.id, to, port: '' }] : [];
  });
  return { nodes, edges, compensations, inputs: isObject(document['inputs']) ? document['inputs'] : null };
}

function hasBody(type: string): boolean {
  return type === 'map' || type === 'loop';
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The node that a step's path leads to, in whichever body. */
export function findNode(document: WorkflowDocument, path: string): WorkflowNode | null {
  let found: WorkflowNode | null = null;
  let nodes = document.nodes;
  for (const id of nodePath(path).split('.')) {
    found = nodes.find((node) => node.id === id) ?? null;
    nodes = found?.body?.nodes ?? [];
  }
  return found;
}

/** How many nodes give a pinned output in test runs. */
export function countPins(document: WorkflowDocument): number {
  return document.nodes.reduce((sum, node) => sum + ('pin' in node.source ? 1 : 0) + (node.body ? countPins(node.body) : 0), 0);
}

/** An expression as people write it, without the braces of a template. */
const bare = (value: unknown): string => text(value).replace(/^\{\{\s*|\s*\}\}$/g, '');

/** A number, or the expression that gives it. */
const count = (value: unknown, otherwise: number): string => bare(value) || String(typeof value === 'number' ? value : otherwise);

const words = (...parts: string[]): string => parts.filter(Boolean).join(' · ');

const LANGUAGES: Record<string, string> = { javascript: 'JavaScript', python: 'Python' };

const SUMMARIES: Record<string, (given: JsonObject) => string> = {
  agent: (given) => text(given['agent']),
  tool: (given) => text(given['tool']),
  llm: (given) => text(given['model']),
  http: (given) => `${text(given['method']) || 'GET'} ${text(given['url']).replace(/^https?:\/\//, '')}`.trim(),
  approval: (given) => text(given['title']),
  wait: (given) => text(given['for']) || text(given['until']) || text(isObject(given['event']) ? given['event']['name'] : ''),
  switch: (given) => words(...list(given['cases']).map((one) => text(one['name']))),
  transform: (given) => (isObject(given['set']) ? Object.keys(given['set']).join(', ') : ''),
  fail: (given) => text(given['code']) || text(given['message']),
  code: (given) => LANGUAGES[text(given['language'])] ?? text(given['language']),
  map: (given) =>
    words(
      Array.isArray(given['items']) ? `${given['items'].length} items` : bare(given['items']),
      `${count(given['concurrency'], 10)} at once`,
    ),
  loop: (given) => (text(given['until']) ? `until ${text(given['until'])}` : ''),
  workflow: (given) => words(text(given['workflow']), given['wait'] === false ? 'goes on at once' : ''),
  emit: (given) => text(given['event']),
  respond: (given) => `status ${count(given['status'], 200)}`,
  task: (given) => (text(given['queue']) ? `queue ${text(given['queue'])}` : ''),
};

/** What a node works with, in a few words: the agent's name, the method and host, the model. */
export function nodeSummary(node: WorkflowNode): string {
  return SUMMARIES[node.type]?.(node.with) ?? node.description;
}
