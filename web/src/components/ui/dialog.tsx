import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  className?: string;
  children: ReactNode;
}

const overlay = 'fixed inset-0 bg-overlay';

function Close() {
  return (
    <Radix.Close
      aria-label="Close"
      className="rounded-md p-1 text-muted hover:bg-hover hover:text-ink"
    >
      <X className="size-4" aria-hidden />
    </Radix.Close>
  );
}

function Heading({ title, description }: { title: ReactNode; description?: ReactNode }) {
  return (
    <div className="min-w-0 flex-1">
      <Radix.Title className="text-[0.9375rem] font-semibold">{title}</Radix.Title>
      {description ? (
        <Radix.Description asChild>
          <div className="mt-0.5 text-[0.8125rem] text-muted">{description}</div>
        </Radix.Description>
      ) : null}
    </div>
  );
}

export function Dialog({ open, onOpenChange, title, description, className, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlay} />
        <div className="pointer-events-none fixed inset-0 grid place-items-center overflow-y-auto p-4">
          <Radix.Content
            {...(description ? {} : { 'aria-describedby': undefined })}
            className={cn(
              'pointer-events-auto flex max-h-full w-full max-w-lg animate-appear flex-col rounded-xl border bg-surface shadow-pop',
              className,
            )}
          >
            <div className="flex items-start gap-3 px-5 pt-4 pb-3">
              <Heading title={title} description={description} />
              <Close />
            </div>
            <div className="min-h-0 overflow-y-auto px-5 pb-5">{children}</div>
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A dialog that comes from the side and leaves the page readable. */
export function Drawer({ open, onOpenChange, title, description, className, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlay} />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cn(
            'fixed inset-y-0 right-0 flex w-full max-w-xl animate-slide-in flex-col border-l bg-surface shadow-pop',
            className,
          )}
        >
          <div className="flex items-start gap-3 border-b px-5 py-3.5">
            <Heading title={title} description={description} />
            <Close />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}
