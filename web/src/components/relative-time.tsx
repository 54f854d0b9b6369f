import { formatRelative, formatTime } from '@/lib/format';
import { useNow } from '@/lib/use-now';

/** `5 min ago`; the exact time on hover. */
export function RelativeTime({ time, className }: { time: string; className?: string }) {
  const now = useNow('minute');
  return (
    <time dateTime={time} title={formatTime(time)} className={className}>
      {formatRelative(new Date(time).getTime(), Math.max(now, Date.now()))}
    </time>
  );
}
