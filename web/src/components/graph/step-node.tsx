import { Handle, Position, type NodeProps } from '@xyflow/react';
import { ChevronRight } from 'lucide-react';
import { createContext, memo, useContext } from 'react';
import { ProgressBar } from '@/components/progress-bar';
import { StatusDot } from '@/components/status-badge';
import { cn } from '@/lib/cn';
import { humanize } from '@/lib/format';
import { typeLabel } from '@/lib/node-types';
import { toneOf, type Tone } from '@/lib/status';
import { NODE_SIZE, type StepNode, type StepNodeData } from './flow-model';
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

/** Opens or closes the body of the map or loop at a path. */
export const ToggleBody = createContext<(path: string) => void>(() => {});

function BodyToggle({ path, name, body }: { path: string; name: string; body: { count: number; open: boolean } }) {
  const toggle = useContext(ToggleBody);
  const steps = `${body.count} ${body.count === 1 ? 'step' : 'steps'}`;
  return (
    <button
      type="button"
      aria-expanded={body.open}
      aria-label={`${steps} inside ${name}`}
      onClick={(event) => {
        event.stopPropagation();
        toggle(path);
      }}
      className="nopan nodrag flex h-6 shrink-0 items-center gap-0.5 rounded-md border bg-surface pr-1.5 pl-0.5 text-[0.6875rem] text-muted hover:bg-hover hover:text-ink"
    >
      <ChevronRight className={cn('size-3.5 transition-transform', body.open && 'rotate-90')} aria-hidden />
      {body.open ? steps : body.count}
    </button>
  );
}

function SecondLine({ data, tone }: { data: StepNodeData; tone: Tone | null }) {
  if (!data.status || data.status === 'pending') {
    return <span className="block truncate text-[0.6875rem] text-muted">{data.summary || typeLabel(data.type)}</span>;
  }
  return (
    <span className={cn('flex items-center gap-1 text-[0.6875rem] whitespace-nowrap', tone && TEXT[tone])}>
      <StatusDot status={data.status} />
      {!data.progress && humanize(data.status)}
      {data.detail && <span className="truncate text-muted">{data.progress ? data.detail : `· ${data.detail}`}</span>}
    </span>
  );
}

/** A node; a map or loop that is open is a container, with the nodes of its body drawn upon it. */
export const StepNodeView = memo(function StepNodeView({ id, data, selected }: NodeProps<StepNode>) {
  const Icon = iconOf(data.type);
  const tone = data.status ? toneOf(data.status) : null;
  const dim = data.status === 'pending' || data.status === 'skipped';
  return (
    <div
      className={cn(
        'relative size-full rounded-lg border text-left shadow-sm',
        data.body?.open ? 'bg-ground/70' : 'bg-surface',
        // A second sheet beneath: there is more in it.
        data.body && !data.body.open && 'shadow-[3px_3px_0_-1px_var(--surface),3px_3px_0_0_var(--edge)]',
        tone ? FRAME[tone] : 'border-edge/70',
        dim && 'border-dashed',
        selected && 'ring-2 ring-focus',
      )}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} className="opacity-0" />
      <div className="flex items-center gap-2.5 px-2.5" style={{ height: NODE_SIZE.height - 2 }}>
        <span className={cn('grid size-8 shrink-0 place-items-center rounded-md bg-sunken', tone && !dim ? TEXT[tone] : 'text-muted')}>
          <Icon className="size-4" strokeWidth={1.75} aria-hidden />
        </span>
        <span className="min-w-0 flex-1">
          <span className={cn('block truncate text-[0.8125rem] font-medium', dim && 'text-muted')}>{data.name}</span>
          <SecondLine data={data} tone={tone} />
          {data.progress && <ProgressBar type={data.type} progress={data.progress} label={data.name} className="mt-1 h-1" />}
        </span>
        {data.body && <BodyToggle path={id} name={data.name} body={data.body} />}
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} className="opacity-0" />
    </div>
  );
});
