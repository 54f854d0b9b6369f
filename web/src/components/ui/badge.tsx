import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

const badge = cva('inline-flex h-5 items-center gap-1 rounded px-1.5 text-xs font-medium whitespace-nowrap', {
  variants: {
    tone: {
      plain: 'bg-idle-soft text-idle',
      accent: 'bg-accent-soft text-accent',
      running: 'bg-running-soft text-running',
      waiting: 'bg-waiting-soft text-waiting',
      good: 'bg-good-soft text-good',
      bad: 'bg-bad-soft text-bad',
      idle: 'bg-idle-soft text-idle',
      doubt: 'bg-doubt-soft text-doubt',
      outline: 'border border-line text-muted',
    },
  },
  defaultVariants: { tone: 'plain' },
});

export type BadgeTone = NonNullable<VariantProps<typeof badge>['tone']>;

export function Badge({ tone, className, ...props }: ComponentProps<'span'> & VariantProps<typeof badge>) {
  return <span className={cn(badge({ tone }), className)} {...props} />;
}
