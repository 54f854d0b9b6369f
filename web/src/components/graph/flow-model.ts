// From a workflow document to what React Flow draws. Pure.
import type { Edge, Node } from '@xyflow/react';
import { layoutGraph, type Point, type Size } from '@/lib/graph-layout';
import { typeLabel } from '@/lib/node-types';
import type { Progress } from '@/lib/progress';
import type { StepStatus } from '@/lib/status';
import { nodeSummary, type WorkflowDocument, type WorkflowNode } from '@/lib/workflow-document';

export interface StepNodeData extends Record<string, unknown> {
  name: string;
  type: string;
  summary: string;
  status: StepStatus | null;
  detail: string;
  progress: Progress | null;
  /** Of a map or loop: how many nodes it has inside, and whether they are shown. */
  body: { count: number; open: boolean } | null;
}

export interface RouteEdgeData extends Record<string, unknown> {
  bends: Point[];
  port: string;
  /** Whether the execution went this way; null where nothing runs. */
  taken: boolean | null;
  /** Leads to what undoes the node, which is no way that a run goes by itself. */
  undoes: boolean;
}

export type StepNode = Node<StepNodeData, 'step'>;
export type RouteEdge = Edge<RouteEdgeData, 'route'>;

/** How a node stands in a run. */
export interface NodeState {
  status: StepStatus;
  /** A few words beside the status: the duration, what it waits for. */
  detail: string;
  /** Of a map or loop that goes on. */
  progress: Progress | null;
}

/** By the node's path: `each.fetch` is the node `fetch` in the body of `each`. */
export type NodeStates = ReadonlyMap<string, NodeState>;

export const NODE_SIZE = { width: 208, height: 58 };
const GAPS = { gapX: 72, gapY: 28 };
/** Open containers lie beneath the edges and labels of what is in them, the outer ones lowest. */
const LOWEST = -10;
/** Around the body in its container; above it is the container's own row. */
const PADDING = 16;

export interface Flow extends Size {
  nodes: StepNode[];
  edges: RouteEdge[];
}

interface View {
  states: NodeStates | null;
  /** The paths of the maps and loops whose bodies are shown. */
  open: ReadonlySet<string>;
}

export function flowOf(document: WorkflowDocument, states: NodeStates | null, open: ReadonlySet<string> = new Set()): Flow {
  return flowIn(document, '', { states, open });
}

/** The graph of the whole document, or of a body (`prefix` is then its node's path and a dot). */
function flowIn(document: WorkflowDocument, prefix: string, view: View): Flow {
  const bodies = new Map<string, Flow>();
  for (const node of document.nodes) {
    const path = prefix + node.id;
    if (node.body && view.open.has(path)) bodies.set(node.id, flowIn(node.body, `${path}.`, view));
  }
  const sizes = new Map([...bodies].map(([id, body]) => [id, containerSize(body)]));
  const links = [...document.edges, ...document.compensations];
  const layout = layoutGraph(
    document.nodes.map((node) => node.id),
    links,
    { ...NODE_SIZE, ...GAPS, sizes },
  );

  const nodes: StepNode[] = [];
  const edges = links.map((edge, index): RouteEdge => {
    const undoes = index >= document.edges.length;
    const from = prefix + edge.from;
    const to = prefix + edge.to;
    return {
      id: `${from}:${undoes ? '!' : edge.port}:${to}`,
      type: 'route',
      source: from,
      target: to,
      data: { bends: layout.bends[index] ?? [], port: edge.port, taken: wasTaken(view.states, from, to), undoes },
    };
  });
  for (const node of document.nodes) {
    const at = layout.nodes.get(node.id) ?? { x: 0, y: 0 };
    const body = bodies.get(node.id);
    nodes.push(stepNode(node, prefix, at, view, sizes.get(node.id) ?? NODE_SIZE));
    if (body) {
      const inside = { x: (containerSize(body).width - body.width) / 2, y: NODE_SIZE.height };
      nodes.push(...body.nodes.map((inner) => placeInside(inner, prefix + node.id, inside)));
      edges.push(...body.edges.map((inner) => shift(inner, { x: at.x + inside.x, y: at.y + inside.y })));
    }
  }
  return { nodes, edges, width: layout.width, height: layout.height };
}

function containerSize(body: Size): Size {
  return { width: Math.max(NODE_SIZE.width, body.width) + 2 * PADDING, height: NODE_SIZE.height + body.height + PADDING };
}

function stepNode(node: WorkflowNode, prefix: string, position: Point, { states, open }: View, size: Size): StepNode {
  const path = prefix + node.id;
  const state = states?.get(path);
  // Of a node in a body that runs for no item now nothing is known.
  const unknown = states && !prefix ? 'pending' : null;
  return {
    id: path,
    type: 'step',
    position,
    ...size,
    ...(node.body && open.has(path) ? { zIndex: LOWEST + path.split('.').length } : {}),
    data: {
      name: node.name,
      type: node.type,
      summary: nodeSummary(node),
      status: state?.status ?? unknown,
      detail: state?.detail ?? '',
      progress: state?.progress ?? null,
      body: node.body ? { count: node.body.nodes.length, open: open.has(path) } : null,
    },
    ariaLabel: `${node.name}, ${typeLabel(node.type)}${state ? `, ${state.status}` : ''}`,
  };
}

/** React Flow places a node in another relative to it. */
function placeInside(node: StepNode, container: string, { x, y }: Point): StepNode {
  if (node.parentId) return node;
  return { ...node, parentId: container, position: { x: node.position.x + x, y: node.position.y + y } };
}

function shift(edge: RouteEdge, { x, y }: Point): RouteEdge {
  if (!edge.data) return edge;
  return { ...edge, data: { ...edge.data, bends: edge.data.bends.map((bend) => ({ x: bend.x + x, y: bend.y + y })) } };
}

function wasTaken(states: NodeStates | null, from: string, to: string): boolean | null {
  if (!states) return null;
  const source = states.get(from)?.status;
  const target = states.get(to)?.status;
  return (
    (source === 'completed' || source === 'failed') && target !== undefined && target !== 'pending' && target !== 'skipped'
  );
}

/** A smooth line through the points: level where it leaves and arrives. */
export function curveThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M ${first.x} ${first.y}`;
  let last = first;
  for (const point of rest) {
    const middle = (point.x - last.x) / 2;
    path += ` C ${last.x + middle} ${last.y}, ${point.x - middle} ${point.y}, ${point.x} ${point.y}`;
    last = point;
  }
  return path;
}
