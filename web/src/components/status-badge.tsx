import { Badge } from '@/components/ui/badge';
import { cn } from '@/lib/cn';
import { humanize } from '@/lib/format';
import { toneOf, type ExecutionStatus, type StepStatus } from '@/lib/status';

export function StatusDot({ status, className }: { status: ExecutionStatus | StepStatus; className?: string }) {
  return (
    <span
      aria-hidden
      className={cn('size-1.5 shrink-0 rounded-full bg-current', status === 'running' && 'animate-beat', className)}
    />
  );
}

export function StatusBadge({ status }: { status: ExecutionStatus | StepStatus }) {
  return (
    <Badge tone={toneOf(status)}>
      <StatusDot status={status} />
      {humanize(status)}
    </Badge>
  );
}
