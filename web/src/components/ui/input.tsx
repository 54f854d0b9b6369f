import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

const look =
  'w-full rounded-md border border-field bg-surface px-2.5 text-[0.8125rem] text-ink placeholder:text-faint focus-visible:outline-offset-0 disabled:opacity-60 aria-invalid:border-bad';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(look, 'h-8', className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea className={cn(look, 'min-h-20 py-1.5', className)} {...props} />;
}

/** The browser's own list: right on every device and with every key. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return <select className={cn(look, 'h-8 pr-7', className)} {...props} />;
}
