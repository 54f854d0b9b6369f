import { cn } from '@/lib/cn';

/** A ship in profile: the raised deck aft, and the flag over it. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={cn('size-6 shrink-0', className)}>
      <rect width="32" height="32" rx="8" className="fill-[oklch(0.3_0.055_245)] dark:fill-[oklch(0.36_0.06_245)]" />
      <path d="M10 6.5v9" stroke="#fff" strokeWidth="2" strokeLinecap="round" />
      <path d="M11.4 6.8h7.2l-2 2.4 2 2.4h-7.2z" fill="#f2b53c" />
      <path d="M6 16.5h8.5v4H26l-2.2 5a2 2 0 0 1-1.8 1.2H10.6a2 2 0 0 1-1.8-1.1z" fill="#fff" />
    </svg>
  );
}
