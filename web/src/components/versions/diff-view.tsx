import type { Schema } from '@/api/client';
import { Badge, type BadgeTone } from '@/components/ui/badge';
import { cn } from '@/lib/cn';
import { prettyJson } from '@/lib/json';

const KINDS: Record<Schema<'ChangeKind'>, { word: string; tone: BadgeTone }> = {
  added: { word: 'Added', tone: 'good' },
  removed: { word: 'Removed', tone: 'bad' },
  changed: { word: 'Changed', tone: 'waiting' },
};

function Side({ sign, value }: { sign: '+' | '−'; value: unknown }) {
  const text = typeof value === 'string' ? value : prettyJson(value);
  return (
    <pre
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
      tabIndex={0}
      aria-label={sign === '+' ? 'After' : 'Before'}
      className={cn(
        'max-h-60 overflow-auto rounded px-2 py-1.5 font-mono text-xs whitespace-pre-wrap',
        sign === '+' ? 'bg-good-soft' : 'bg-bad-soft',
      )}
    >
      {text.split('\n').map((line, index) => (
        <span key={index} className="block">
          <span aria-hidden className="mr-2 text-muted select-none">
            {sign}
          </span>
          {line}
        </span>
      ))}
    </pre>
  );
}

/** The changes between two versions, one under the other. */
export function DiffView({ diff }: { diff: Schema<'Diff'> }) {
  if (diff.changes.length === 0) return <p className="text-[0.8125rem] text-muted">Nothing differs.</p>;
  return (
    <ol className="grid gap-4">
      {diff.changes.map((change) => (
        <li key={change.path} className="grid gap-1.5">
          <p className="flex items-center gap-2 text-[0.8125rem]">
            <code className="min-w-0 font-mono text-xs break-all">{change.path || '/'}</code>
            <Badge tone={KINDS[change.kind].tone}>{KINDS[change.kind].word}</Badge>
          </p>
          {change.kind !== 'added' && <Side sign="−" value={change.before} />}
          {change.kind !== 'removed' && <Side sign="+" value={change.after} />}
        </li>
      ))}
    </ol>
  );
}
