import { cn } from '@/lib/cn';
import { progressText, type Progress } from '@/lib/progress';

interface ProgressBarProps {
  /** The node's type: a loop has no known end. */
  type: string;
  progress: Progress;
  /** Whose progress it is. */
  label: string;
  className?: string;
}

/** How many items of a map are over, and how many of them failed; of a loop, the rounds. */
export function ProgressBar({ type, progress, label, className }: ProgressBarProps) {
  const share = (count: number) => ({ width: `${(100 * count) / Math.max(1, progress.total)}%` });
  return (
    <span
      role="progressbar"
      aria-label={`${label}: progress`}
      aria-valuemin={0}
      aria-valuemax={progress.total}
      aria-valuenow={progress.done}
      aria-valuetext={progressText(type, progress)}
      className={cn('flex h-1.5 overflow-hidden rounded-full bg-edge/50', className)}
    >
      <span className="bg-good" style={share(progress.done - progress.failed)} />
      <span className="bg-bad" style={share(progress.failed)} />
      <span className="animate-beat bg-running/60" style={share(progress.open)} />
    </span>
  );
}
