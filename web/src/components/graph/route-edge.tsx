import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { curveThrough, type RouteEdge, type RouteEdgeData } from './flow-model';

function strokeOf({ taken, undoes }: RouteEdgeData) {
  if (undoes) return { stroke: taken ? 'var(--doubt)' : 'var(--field)', strokeWidth: 1.5, strokeDasharray: '2 4' };
  if (taken) return { stroke: 'var(--good)', strokeWidth: 2 };
  return { stroke: 'var(--edge)', strokeWidth: 1.5, ...(taken === false ? { strokeDasharray: '4 4' } : {}) };
}

function labelOf({ port, undoes }: RouteEdgeData): string {
  if (undoes) return 'undone by';
  return port === 'out' ? '' : port;
}

export const RouteEdgeView = memo(function RouteEdgeView({ id, data, sourceX, sourceY, targetX, targetY }: EdgeProps<RouteEdge>) {
  if (!data) return null;
  const next = data.bends[0] ?? { x: targetX, y: targetY };
  const label = labelOf(data);
  return (
    <>
      <BaseEdge id={id} path={curveThrough([{ x: sourceX, y: sourceY }, ...data.bends, { x: targetX, y: targetY }])} style={strokeOf(data)} />
      {label && (
        <EdgeLabelRenderer>
          <span
            className="absolute rounded border bg-surface px-1 text-[0.6875rem] whitespace-nowrap text-muted"
            style={{ transform: `translate(-50%, -50%) translate(${(sourceX + next.x) / 2}px, ${(sourceY + next.y) / 2}px)` }}
          >
            {label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
