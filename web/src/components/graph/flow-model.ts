// From a workflow document to what React Flow draws. Pure.
import type { Edge, Node } from '@xyflow/react';
import { layoutGraph, type Point } from '@/lib/graph-layout';
import type { StepStatus } from '@/lib/status';
import { nodeSummary, type WorkflowDocument } from '@/lib/workflow-document';

export interface StepNodeData extends Record<string, unknown> {
  name: string;
  type: string;
  summary: string;
  status: StepStatus | null;
  detail: string;
}

export interface RouteEdgeData extends Record<string, unknown> {
  bends: Point[];
  port: string;
  /** Whether the execution went this way; null where nothing runs. */
  taken: boolean | null;
}

export type StepNode = Node<StepNodeData, 'step'>;
export type RouteEdge = Edge<RouteEdgeData, 'route'>;

/** How a node stands in a run. */
export interface NodeState {
  status: StepStatus;
  /** A few words beside the status: the duration, what it waits for. */
  detail: string;
}

export const NODE_SIZE = { width: 208, height: 58 };

export function flowOf(
  document: WorkflowDocument,
  states: ReadonlyMap<string, NodeState> | null,
): { nodes: StepNode[]; edges: RouteEdge[]; width: number; height: number } {
  const layout = layoutGraph(
    document.nodes.map((node) => node.id),
    document.edges,
    { ...NODE_SIZE, gapX: 72, gapY: 28 },
  );
  const nodes = document.nodes.map((node): StepNode => {
    const state = states?.get(node.id);
    return {
      id: node.id,
      type: 'step',
      position: layout.nodes.get(node.id) ?? { x: 0, y: 0 },
      ...NODE_SIZE,
      data: {
        name: node.name,
        type: node.type,
        summary: nodeSummary(node),
        status: state?.status ?? (states ? 'pending' : null),
        detail: state?.detail ?? '',
      },
      ariaLabel: `${node.name}, ${node.type}${state ? `, ${state.status}` : ''}`,
    };
  });
  const edges = document.edges.map((edge, index): RouteEdge => {
    return {
      id: `${edge.from}:${edge.port}:${edge.to}`,
      type: 'route',
      source: edge.from,
      target: edge.to,
      data: { bends: layout.bends[index] ?? [], port: edge.port, taken: states ? wasTaken(states, edge.from, edge.to) : null },
    };
  });
  return { nodes, edges, width: layout.width, height: layout.height };
}

function wasTaken(states: ReadonlyMap<string, NodeState>, from: string, to: string): boolean {
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
