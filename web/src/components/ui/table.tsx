import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

/** A table on its own ground; it scrolls sideways where it is too wide, and never the page. */
export function Table({ className, label, ...props }: ComponentProps<'table'> & { label: string }) {
  return (
    <div className="relative overflow-x-auto rounded-lg border bg-surface">
      <table aria-label={label} className={cn('w-full text-left text-[0.8125rem]', className)} {...props} />
    </div>
  );
}

export function Th({ className, ...props }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={cn('h-8 border-b px-3 text-xs font-medium whitespace-nowrap text-muted', className)}
      {...props}
    />
  );
}

export function Td({ className, ...props }: ComponentProps<'td'>) {
  return <td className={cn('h-10 px-3 py-1.5', className)} {...props} />;
}

/** A row whose first link is what a press anywhere on it means. */
export function Tr({ className, ...props }: ComponentProps<'tr'>) {
  return <tr className={cn('relative border-b last:border-b-0 has-[a]:hover:bg-hover/50', className)} {...props} />;
}

/** Put on that link: it covers the row, what comes after it stays pressable with `relative`. */
export const rowLink = 'font-medium after:absolute after:inset-0 hover:text-accent';
