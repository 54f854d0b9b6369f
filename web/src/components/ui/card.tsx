import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/cn';

export function Card({ className, ...props }: ComponentProps<'div'>) {
  return <div className={cn('rounded-lg border bg-surface', className)} {...props} />;
}

interface SectionProps {
  title: ReactNode;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled part of a page. */
export function Section({ title, actions, className, children }: SectionProps) {
  return (
    <section className={className}>
      <div className="mb-2 flex min-h-7 items-center justify-between gap-2">
        <h2 className="text-[0.8125rem] font-semibold">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
