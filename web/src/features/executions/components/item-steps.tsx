import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Schema } from '@/api/client';
import { ErrorState } from '@/components/states';
import { StatusBadge } from '@/components/status-badge';
import { Input } from '@/components/ui/input';
import { Skeleton } from '@/components/ui/skeleton';
import { formatDuration } from '@/lib/format';
import { itemStepsQuery } from '../api/steps';

type Step = Schema<'Step'>;

interface ItemStepsProps {
  /** A map or loop. */
  container: Step;
  nameOf: (path: string) => string;
  onSelect: (step: Step) => void;
}

/** What became of the nodes inside one item, however many items there are. */
export function ItemSteps({ container, nameOf, onSelect }: ItemStepsProps) {
  const field = useId();
  const [index, setIndex] = useState<number | null>(null);
  const last = Math.max(0, (container.items?.total ?? 1) - 1);
  const what = container.type === 'map' ? 'item' : 'round';
  return (
    <section className="grid gap-2">
      <span className="flex items-center gap-2 text-[0.8125rem]">
        <label htmlFor={field}>Look into {what}</label>
        <Input
          id={field}
          type="number"
          inputMode="numeric"
          min={0}
          max={container.type === 'map' ? last : undefined}
          placeholder={container.type === 'map' ? `0 to ${last}` : '0'}
          className="w-28 tabular"
          onChange={(event) => setIndex(event.target.validity.valid && event.target.value !== '' ? Number(event.target.value) : null)}
        />
      </span>
      {index !== null && <StepsOfItem container={container} index={index} nameOf={nameOf} onSelect={onSelect} />}
    </section>
  );
}

function StepsOfItem({ container, index, nameOf, onSelect }: ItemStepsProps & { index: number }) {
  const query = useQuery(itemStepsQuery(container.execution_id, `${container.path}.${index}`));
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton className="h-8" />;
  const steps = query.data.items;
  if (steps.length === 0)
    return (
      <p className="text-xs text-muted">
        Nothing is noted of its steps: it has not begun, or it only computes, which is noted with its result alone.
      </p>
    );
  return (
    <ul aria-label="Steps inside" className="divide-y rounded-md border">
      {steps.map((step) => (
        <li key={step.id}>
          <button
            type="button"
            onClick={() => onSelect(step)}
            className="flex h-9 w-full items-center gap-2 px-2.5 text-left text-[0.8125rem] hover:bg-hover/60"
          >
            <span className="min-w-0 flex-1 truncate">{nameOf(step.path)}</span>
            <StatusBadge status={step.status} />
            <span className="w-16 text-right text-xs text-muted tabular">{step.duration_ms != null ? formatDuration(step.duration_ms) : '–'}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
