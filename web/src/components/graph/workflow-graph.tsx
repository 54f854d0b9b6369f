import { Background, Controls, ReactFlow, useReactFlow, useStore } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useCallback, useEffect, useMemo, useState, type KeyboardEvent } from 'react';
import { cn } from '@/lib/cn';
import { useDark } from '@/lib/theme';
import type { WorkflowDocument } from '@/lib/workflow-document';
import { flowOf, type NodeStates } from './flow-model';
import { RouteEdgeView } from './route-edge';
import { StepNodeView, ToggleBody } from './step-node';

const nodeTypes = { step: StepNodeView };
const edgeTypes = { route: RouteEdgeView };
const FIT = { padding: 0.12, maxZoom: 1 };

/** Shows all of the graph again when it, or the room that it has, became another size. */
function Refit({ size }: { size: string }) {
  const { fitView } = useReactFlow();
  const room = useStore((store) => `${store.width} ${store.height}`);
  useEffect(() => {
    const frame = requestAnimationFrame(() => void fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [fitView, size, room]);
  return null;
}

interface WorkflowGraphProps {
  document: WorkflowDocument;
  /** How each step stands, where the graph is of a run. */
  states?: NodeStates | null;
  /** Paths of nodes: `fetch`, and in a body `each.fetch`. */
  selected?: string | null;
  onSelect?: (path: string) => void;
  /** Its tallest, as a CSS length; a flat workflow takes less. */
  maxHeight?: string;
  className?: string;
}

/** A workflow to look at: nodes can be chosen (mouse, or Tab and Enter) and bodies opened, not moved. */
export function WorkflowGraph({ document, states = null, selected = null, onSelect, maxHeight = '70vh', className }: WorkflowGraphProps) {
  const dark = useDark();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback(
    (path: string) =>
      setOpen((before) => {
        const after = new Set(before);
        if (!after.delete(path)) after.add(path);
        return after;
      }),
    [],
  );
  const flow = useMemo(() => flowOf(document, states, open), [document, states, open]);
  const nodes = useMemo(
    () => flow.nodes.map((node) => ({ ...node, selected: node.id === selected })),
    [flow.nodes, selected],
  );
  const selectByKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const path = target.closest('.react-flow__node')?.getAttribute('data-id');
    // A button in a node has its own meaning.
    if (!path || target.closest('button') || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    onSelect?.(path);
  };
  return (
    <div
      className={cn('min-h-56 rounded-lg border bg-sunken', className)}
      style={{ height: `min(${flow.height + 140}px, ${maxHeight})` }}
      role="group"
      aria-label="Workflow graph"
      onKeyDownCapture={selectByKey}
    >
      <ToggleBody value={toggle}>
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
          fitViewOptions={FIT}
          proOptions={{ hideAttribution: true }}
        >
          <Refit size={`${flow.width} ${flow.height}`} />
          <Background gap={18} size={1} color="var(--line)" />
          <Controls showInteractive={false} position="bottom-right" />
        </ReactFlow>
      </ToggleBody>
    </div>
  );
}
