import { CircleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiProblem, messageOf } from '@/api/problem';
import { CodeBlock } from '@/components/code-block';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/cn';

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  /** The command that does it without this page. */
  command?: string;
  action?: ReactNode;
  className?: string;
}

/** Nothing is here yet: what it would be, and what to do next. */
export function EmptyState({ icon: Icon, title, children, command, action, className }: EmptyStateProps) {
  return (
    <div className={cn('grid grid-cols-1 justify-items-center gap-1 rounded-lg border border-dashed px-4 py-10 text-center', className)}>
      <Icon className="mb-2 size-6 text-faint" strokeWidth={1.5} aria-hidden />
      <p className="text-sm font-medium">{title}</p>
      {children && <div className="max-w-md text-[0.8125rem] text-muted">{children}</div>}
      {action && <div className="mt-3 flex gap-2">{action}</div>}
      {command && (
        <div className="mt-4 w-full max-w-2xl text-left">
          <CodeBlock text={command} title="From a terminal" />
        </div>
      )}
    </div>
  );
}

export function ErrorState({ error, onRetry, className }: { error: unknown; onRetry?: () => void; className?: string }) {
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <div role="alert" className={cn('grid justify-items-center gap-1 rounded-lg border px-4 py-10 text-center', className)}>
      <CircleAlert className="mb-2 size-6 text-bad" strokeWidth={1.5} aria-hidden />
      <p className="text-sm font-medium">{problem?.status === 404 ? 'This is not here.' : 'This could not be loaded.'}</p>
      <p className="max-w-md text-[0.8125rem] text-muted">
        {problem?.status === 404 ? 'It was deleted, or you may not see it.' : messageOf(error)}
      </p>
      {problem?.requestId && <p className="font-mono text-xs text-faint">request {problem.requestId}</p>}
      {onRetry && problem?.status !== 404 && (
        <Button className="mt-3" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
