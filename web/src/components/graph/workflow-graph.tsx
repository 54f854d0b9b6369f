import { Background, BaseEdge, Controls, EdgeLabelRenderer, Handle, Position, ReactFlow, type EdgeProps, type NodeProps } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { memo, useMemo } from 'react';
import { StatusDot } from '@/components/status-badge';
import { cn } from '@/lib/cn';
import { humanize } from '@/lib/format';
import { toneOf, type Tone } from '@/lib/status';
import { useDark } from '@/lib/theme';
import type { WorkflowDocument } from '@/lib/workflow-document';
import { curveThrough, flowOf, NODE_SIZE, type NodeState, type RouteEdge, type StepNode } from './flow-model';
import { iconOf } from './node-look';

const TEXT: Record<Tone, string> = {
  running: 'text-running',
  waiting: 'text-waiting',
  good: 'text-good',
  bad: 'text-bad',
  idle: 'text-faint',
  doubt: 'text-doubt',
};
const FRAME: Record<Tone, string> = {
  running: 'border-running',
  waiting: 'border-waiting',
  good: 'border-good/60',
  bad: 'border-bad',
  idle: 'border-line',
  doubt: 'border-doubt',
};

const StepNodeView = memo(function StepNodeView({ data, selected }: NodeProps<StepNode>) {
  const Icon = iconOf(data.type);
  const tone = data.status ? toneOf(data.status) : null;
  const dim = data.status === 'pending' || data.status === 'skipped';
  return (
    <div
      style={NODE_SIZE}
      className={cn(
        'flex items-center gap-2.5 rounded-lg border bg-surface px-2.5 text-left shadow-sm',
        tone ? FRAME[tone] : 'border-edge/70',
        dim && 'border-dashed',
        selected && 'ring-2 ring-focus',
      )}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} className="opacity-0" />
      <span className={cn('grid size-8 shrink-0 place-items-center rounded-md bg-sunken', tone && !dim ? TEXT[tone] : 'text-muted')}>
        <Icon className="size-4" strokeWidth={1.75} aria-hidden />
      </span>
      <span className="min-w-0 flex-1">
        <span className={cn('block truncate text-[0.8125rem] font-medium', dim && 'text-muted')}>{data.name}</span>
        {data.status && data.status !== 'pending' ? (
          <span className={cn('flex items-center gap-1 truncate text-[0.6875rem]', tone && TEXT[tone])}>
            <StatusDot status={data.status} />
            {humanize(data.status)}
            {data.detail && <span className="truncate text-muted">· {data.detail}</span>}
          </span>
        ) : (
          <span className="block truncate text-[0.6875rem] text-muted">{data.summary || data.type}</span>
        )}
      </span>
      <Handle type="source" position={Position.Right} isConnectable={false} className="opacity-0" />
    </div>
  );
});

const RouteEdgeView = memo(function RouteEdgeView({ id, data, sourceX, sourceY, targetX, targetY }: EdgeProps<RouteEdge>) {
  const bends = data?.bends ?? [];
  const half = NODE_SIZE.width / 2;
  // An edge passes a layer straight, over the width of its nodes.
  const through = bends.flatMap((bend) => [
    { x: bend.x - half, y: bend.y },
    { x: bend.x + half, y: bend.y },
  ]);
  const next = through[0] ?? { x: targetX, y: targetY };
  return (
    <>
      <BaseEdge
        id={id}
        path={curveThrough([{ x: sourceX, y: sourceY }, ...through, { x: targetX, y: targetY }])}
        style={{
          stroke: data?.taken ? 'var(--good)' : 'var(--edge)',
          strokeWidth: data?.taken ? 2 : 1.5,
          ...(data?.taken === false ? { strokeDasharray: '4 4' } : {}),
        }}
      />
      {data?.port && data.port !== 'out' && (
        <EdgeLabelRenderer>
          <span
            className="absolute rounded border bg-surface px-1 text-[0.6875rem] text-muted"
            style={{ transform: `translate(-50%, -50%) translate(${(sourceX + next.x) / 2}px, ${(sourceY + next.y) / 2}px)` }}
          >
            {data.port}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

const nodeTypes = { step: StepNodeView };
const edgeTypes = { route: RouteEdgeView };

interface WorkflowGraphProps {
  document: WorkflowDocument;
  /** How each step stands, where the graph is of a run. */
  states?: ReadonlyMap<string, NodeState> | null;
  selected?: string | null;
  onSelect?: (nodeId: string) => void;
  /** Its tallest, as a CSS length; a flat workflow takes less. */
  maxHeight?: string;
  className?: string;
}

/** A workflow to look at: nodes can be chosen (mouse, or Tab and Enter), not moved. */
export function WorkflowGraph({ document, states = null, selected = null, onSelect, maxHeight = '70vh', className }: WorkflowGraphProps) {
  const dark = useDark();
  const flow = useMemo(() => flowOf(document, states), [document, states]);
  const nodes = useMemo(
    () => flow.nodes.map((node) => ({ ...node, selected: node.id === selected })),
    [flow.nodes, selected],
  );
  return (
    <div
      className={cn('min-h-56 rounded-lg border bg-sunken', className)}
      style={{ height: `min(${flow.height + 140}px, ${maxHeight})` }}
      role="group"
      aria-label="Workflow graph"
      onKeyDownCapture={(event) => {
        const id = (event.target as HTMLElement).closest('.react-flow__node')?.getAttribute('data-id');
        if (id && (event.key === 'Enter' || event.key === ' ')) {
          event.preventDefault();
          onSelect?.(id);
        }
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={flow.edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        colorMode={dark ? 'dark' : 'light'}
        onNodeClick={(_, node) => onSelect?.(node.id)}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panOnScroll={false}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.1}
        maxZoom={1.5}
        fitView
        fitViewOptions={{ padding: 0.12, maxZoom: 1 }}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={18} size={1} color="var(--line)" />
        <Controls showInteractive={false} position="bottom-right" />
      </ReactFlow>
    </div>
  );
}
