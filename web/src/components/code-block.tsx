import type { ReactNode } from 'react';
import { CopyButton } from '@/components/copy-button';
import { cn } from '@/lib/cn';

interface CodeBlockProps {
  text: string;
  /** What stands over it. */
  title?: ReactNode;
  className?: string;
}

/** Text to read and copy. It takes the focus, so that the keyboard can scroll it. */
export function CodeBlock({ text, title, className }: CodeBlockProps) {
  return (
    <div className="overflow-hidden rounded-md border bg-sunken">
      <div className="flex h-8 items-center justify-between gap-2 pr-1 pl-3">
        <span className="truncate text-xs text-muted">{title}</span>
        <CopyButton text={text} />
      </div>
      <pre
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
        tabIndex={0}
        className={cn('max-h-96 overflow-auto px-3 pb-3 font-mono text-xs leading-relaxed -outline-offset-2', className)}
      >
        {text}
      </pre>
    </div>
  );
}
