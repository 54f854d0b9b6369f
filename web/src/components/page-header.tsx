import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

interface PageHeaderProps {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  className?: string;
}

export function PageHeader({ title, description, actions, className }: PageHeaderProps) {
  return (
    <header className={cn('flex flex-wrap items-start justify-between gap-x-4 gap-y-2', className)}>
      <div className="min-w-0">
        <h1 className="flex flex-wrap items-center gap-2 text-lg font-semibold tracking-tight">{title}</h1>
        {description && <div className="mt-0.5 max-w-prose text-[0.8125rem] text-muted">{description}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

/** The width and air that every page has. */
export function Page({ className, wide, children }: { className?: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={cn('mx-auto w-full px-4 py-6 sm:px-6', wide ? 'max-w-[96rem]' : 'max-w-6xl', className)}>{children}</div>
  );
}
