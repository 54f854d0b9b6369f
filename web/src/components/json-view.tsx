import { ChevronRight } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { CopyButton } from '@/components/copy-button';
import { cn } from '@/lib/cn';
import { isObject, prettyJson } from '@/lib/json';

const MAX_ROWS = 100;

function Scalar({ value }: { value: unknown }) {
  if (typeof value === 'string') {
    return <span className="break-words whitespace-pre-wrap text-good">{JSON.stringify(value).replaceAll('\\n', '\n')}</span>;
  }
  return <span className={value === null ? 'text-faint' : 'text-running'}>{JSON.stringify(value) ?? 'null'}</span>;
}

function Key({ name }: { name: string | null }) {
  return name === null ? null : <span className="text-muted">{name}: </span>;
}

function Branch({ name, value, depth }: { name: string | null; value: object; depth: number }) {
  const entries = Object.entries(value) as [string, unknown][];
  const [open, setOpen] = useState(depth < 2);
  const [all, setAll] = useState(false);
  const isList = Array.isArray(value);
  if (entries.length === 0) {
    return (
      <div className="pl-4">
        <Key name={name} />
        {isList ? '[]' : '{}'}
      </div>
    );
  }
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-6 items-center gap-0.5 rounded text-left hover:bg-hover"
      >
        <ChevronRight className={cn('size-3.5 shrink-0 text-faint transition-transform', open && 'rotate-90')} aria-hidden />
        <span>
          <Key name={name} />
          <span className="text-faint">{isList ? `${entries.length} ${entries.length === 1 ? 'item' : 'items'}` : open ? '{…}' : summary(entries)}</span>
        </span>
      </button>
      {open && (
        <div className="ml-[0.45rem] border-l pl-2.5">
          {entries.slice(0, all ? undefined : MAX_ROWS).map(([key, item]) => (
            <Node key={key} name={key} value={item} depth={depth + 1} />
          ))}
          {!all && entries.length > MAX_ROWS && (
            <button type="button" className="min-h-6 pl-4 text-accent hover:underline" onClick={() => setAll(true)}>
              {entries.length - MAX_ROWS} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function summary(entries: [string, unknown][]): string {
  const names = entries.slice(0, 4).map(([key]) => key);
  return `{ ${names.join(', ')}${entries.length > 4 ? ', …' : ''} }`;
}

function Node({ name, value, depth }: { name: string | null; value: unknown; depth: number }): ReactNode {
  if (isObject(value) || Array.isArray(value)) return <Branch name={name} value={value} depth={depth} />;
  return (
    <div className="pl-4">
      <Key name={name} />
      <Scalar value={value} />
    </div>
  );
}

/** JSON as a tree to open and close, with its text to copy. A bare text is shown as text. */
export function JsonView({ value, title, className }: { value: unknown; title?: ReactNode; className?: string }) {
  const isText = typeof value === 'string';
  return (
    <div className={cn('overflow-hidden rounded-md border bg-sunken', className)}>
      <div className="flex h-8 items-center justify-between pr-1 pl-3">
        <span className="text-xs text-muted">{title}</span>
        <CopyButton text={isText ? value : prettyJson(value)} label={typeof title === 'string' ? `Copy ${title.toLowerCase()}` : 'Copy'} />
      </div>
      <div
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
        tabIndex={0}
        role="group"
        aria-label={typeof title === 'string' ? title : 'JSON'}
        className="max-h-96 overflow-auto px-2 pb-3 font-mono text-xs leading-relaxed -outline-offset-2"
      >
        {isText ? <p className="px-1 break-words whitespace-pre-wrap">{value}</p> : <Node name={null} value={value} depth={0} />}
      </div>
    </div>
  );
}
