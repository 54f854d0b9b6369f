import { CircleAlert } from 'lucide-react';
import { JsonView } from '@/components/json-view';
import { Badge } from '@/components/ui/badge';
import { readError } from '../lib/step-error';

/** What went wrong, with its stable code. */
export function ErrorBox({ error, where }: { error: unknown; where?: string | undefined }) {
  const shown = readError(error);
  if (!shown) return null;
  return (
    <div className="grid gap-2 rounded-lg border border-bad/40 bg-bad-soft p-3 text-[0.8125rem]">
      <div className="flex items-start gap-2.5">
        <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
        <div className="min-w-0">
          <p className="break-words">{shown.message || 'No message.'}</p>
          <p className="mt-1 flex flex-wrap items-center gap-2 text-xs">
            <code className="font-mono text-bad">{shown.code}</code>
            {where && <span className="text-muted">in {where}</span>}
            {shown.retryable && <Badge tone="waiting">Retryable</Badge>}
          </p>
        </div>
      </div>
      {shown.details !== null && <JsonView value={shown.details} title="Details" />}
    </div>
  );
}
