import { ArrowUpRight } from 'lucide-react';
import { Link } from 'react-router';
import type { Schema } from '@/api/client';
import { cn } from '@/lib/cn';

/** To the execution that a workflow step began. */
export function ChildLink({ step, name, className }: { step: Schema<'Step'>; name: string; className?: string }) {
  if (!step.execution) return null;
  return (
    <Link
      to={`/executions/${step.execution}`}
      aria-label={`Execution that ${name} began`}
      className={cn('inline-flex items-center gap-0.5 text-xs text-accent hover:underline', className)}
    >
      Its execution <ArrowUpRight className="size-3.5" aria-hidden />
    </Link>
  );
}
