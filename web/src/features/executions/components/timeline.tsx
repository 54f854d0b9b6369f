import { StatusDot } from '@/components/status-badge';
import type { Schema } from '@/api/client';
import { cn } from '@/lib/cn';
import { formatDuration, humanize } from '@/lib/format';
import { itemIndexes } from '@/lib/node-path';
import { toneOf, type Tone } from '@/lib/status';
import { useNow } from '@/lib/use-now';
import { timelineOf } from '../lib/timeline';

const BAR: Record<Tone, string> = {
  running: 'bg-running',
  waiting: 'bg-waiting/60',
  good: 'bg-good/70',
  bad: 'bg-bad',
  idle: 'bg-idle/50',
  doubt: 'bg-doubt',
};
const TEXT: Record<Tone, string> = {
  running: 'text-running',
  waiting: 'text-waiting',
  good: 'text-good',
  bad: 'text-bad',
  idle: 'text-faint',
  doubt: 'text-doubt',
};

interface TimelineProps {
  steps: readonly Schema<'Step'>[];
  nameOf: (path: string) => string;
  /** Whether anything still goes on, so that bars grow. */
  running: boolean;
  onSelect: (step: Schema<'Step'>) => void;
}

const MAX_BARS = 200;

/** When each step ran, one under the other. */
export function Timeline({ steps, nameOf, running, onSelect }: TimelineProps) {
  const now = useNow(running ? 'second' : 'still');
  const { bars, span, ticks } = timelineOf(steps, now);
  const hidden = bars.length - MAX_BARS;
  if (bars.length === 0) return <p className="py-6 text-center text-[0.8125rem] text-muted">Nothing has begun yet.</p>;
  return (
    <div className="py-2 text-[0.8125rem]">
      <div className="relative mr-24 ml-36 h-5 border-b text-[0.6875rem] text-faint sm:ml-52" aria-hidden>
        {ticks.map((tick) => (
          <span key={tick} className="absolute -translate-x-1/2 whitespace-nowrap tabular" style={{ left: `${(100 * tick) / span}%` }}>
            {formatDuration(tick)}
          </span>
        ))}
      </div>
      <ul>
        {bars.slice(0, MAX_BARS).map(({ step, start, width, duration }) => {
          const tone = toneOf(step.status);
          const name = nameOf(step.path);
          const items = itemIndexes(step.path);
          return (
            <li key={step.id}>
              <button
                type="button"
                onClick={() => onSelect(step)}
                aria-label={`${name}${items.length > 0 ? ` of item ${items.join('.')}` : ''}: ${humanize(step.status)}, ${formatDuration(duration)}`}
                className="group flex h-8 w-full items-center rounded-md text-left -outline-offset-2 hover:bg-hover/60"
              >
                <span className="flex w-36 shrink-0 items-center gap-2 pr-3 pl-2 sm:w-52">
                  <StatusDot status={step.status} className={TEXT[tone]} />
                  <span className="truncate" style={{ paddingLeft: `${items.length * 0.75}rem` }}>
                    {name}
                  </span>
                  {items.length > 0 && <span className="text-xs text-muted tabular">#{items.join('.')}</span>}
                </span>
                <span className="relative h-full flex-1">
                  {ticks.map((tick) => (
                    <span key={tick} className="absolute inset-y-0 w-px bg-line" style={{ left: `${(100 * tick) / span}%` }} />
                  ))}
                  <span
                    className={cn('absolute top-1/2 h-3 min-w-1 -translate-y-1/2 rounded-sm', BAR[tone], step.status === 'running' && 'animate-beat')}
                    style={{ left: `min(${start}%, calc(100% - 4px))`, width: `${width}%` }}
                  />
                </span>
                <span className="w-24 shrink-0 pr-2 text-right whitespace-nowrap text-xs text-muted tabular">{formatDuration(duration)}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {hidden > 0 && <p className="py-2 pl-2 text-xs text-muted">{hidden} more steps are in the list of steps.</p>}
    </div>
  );
}
