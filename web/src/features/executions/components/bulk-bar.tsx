import { Ban, Pause, Play, RotateCcw, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast, toastError } from '@/components/ui/toast';
import { useSteerMany, type BulkOutcome } from '../api/steer-many';

type Action = Schema<'BulkAction'>;

const ACTIONS: readonly { action: Action; label: string; icon: LucideIcon }[] = [
  { action: 'cancel', label: 'Cancel', icon: Ban },
  { action: 'pause', label: 'Pause', icon: Pause },
  { action: 'resume', label: 'Resume', icon: Play },
  { action: 'retry', label: 'Retry', icon: RotateCcw },
];

function report({ done, failed }: BulkOutcome): void {
  if (done > 0 || failed.length === 0) toast(`${done} done.`);
  const first = failed[0];
  if (first) toastError(new Error(`${failed.length} not done: ${first.message}`));
}

interface BulkBarProps {
  selected: readonly string[];
  /** Nothing where the list has no filter: then only what is selected is meant. */
  filter: Schema<'BulkFilter'> | null;
  onDone: () => void;
}

/** What a person may do with the rows he selected, or with all that match the list's filter. */
export function BulkBar({ selected, filter, onDone }: BulkBarProps) {
  const steer = useSteerMany();
  const [everything, setEverything] = useState(false);
  const [asked, setAsked] = useState<Action | null>(null);
  if (selected.length === 0) return null;
  const all = everything && filter !== null;
  const what = all ? 'all that match the filter' : `${selected.length} selected`;
  return (
    <div role="toolbar" aria-label="Selected executions" className="mb-2 flex flex-wrap items-center gap-1.5 text-xs text-muted">
      <span aria-live="polite">{all ? 'All that match this filter' : what}</span>
      {filter && (
        <Button variant="link" size="inline" onClick={() => setEverything(!everything)}>
          {all ? 'Only the selected' : 'All that match this filter'}
        </Button>
      )}
      {ACTIONS.map(({ action, label, icon: Icon }) => (
        <Button key={action} size="sm" onClick={() => setAsked(action)}>
          <Icon aria-hidden /> {label}
        </Button>
      ))}
      <Button size="sm" variant="ghost" onClick={onDone}>
        Select none
      </Button>
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={() => setAsked(null)}
        title={`${ACTIONS.find((one) => one.action === asked)?.label ?? ''} ${what}`}
        action={ACTIONS.find((one) => one.action === asked)?.label ?? ''}
        onConfirm={async () => {
          if (asked === null) return;
          report(await steer.mutateAsync({ action: asked, ...(all ? { filter } : { ids: [...selected] }) }));
          onDone();
        }}
      >
        Executions that are in no state for it are left as they are.
      </ConfirmDialog>
    </div>
  );
}
