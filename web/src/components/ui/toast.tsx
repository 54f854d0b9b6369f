import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import { ApiProblem, messageOf } from '@/api/problem';

interface Message {
  id: number;
  tone: 'good' | 'bad';
  text: string;
  /** A request id to quote, where there is one. */
  detail?: string | undefined;
}

let messages: readonly Message[] = [];
let next = 1;
const listeners = new Set<() => void>();

function put(changed: readonly Message[]): void {
  messages = changed;
  for (const listener of listeners) listener();
}

/** Says that something worked. */
export function toast(text: string): void {
  put([...messages.slice(-3), { id: next++, tone: 'good', text }]);
}

/** Says what went wrong. */
export function toastError(error: unknown): void {
  const detail = error instanceof ApiProblem && error.requestId ? `request ${error.requestId}` : undefined;
  put([...messages.slice(-3), { id: next++, tone: 'bad', text: messageOf(error), detail }]);
}

export function Toaster() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => messages,
  );
  return (
    <Radix.Provider duration={5000} swipeDirection="right" label="Notice">
      {shown.map((message) => (
        <Radix.Root
          key={message.id}
          type={message.tone === 'bad' ? 'foreground' : 'background'}
          duration={message.tone === 'bad' ? 10_000 : 4000}
          onOpenChange={(open) => {
            if (!open) put(messages.filter((other) => other.id !== message.id));
          }}
          className="flex w-80 max-w-[calc(100vw-2rem)] animate-appear items-start gap-2.5 rounded-lg border bg-surface px-3 py-2.5 shadow-pop"
        >
          {message.tone === 'good' ? (
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" aria-hidden />
          ) : (
            <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
          )}
          <Radix.Title className="min-w-0 flex-1 text-[0.8125rem] break-words">
            {message.text}
            {message.detail && <span className="block font-mono text-xs text-faint">{message.detail}</span>}
          </Radix.Title>
          <Radix.Close aria-label="Dismiss" className="rounded p-0.5 text-muted hover:text-ink">
            <X className="size-3.5" aria-hidden />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed right-4 bottom-4 flex flex-col gap-2 outline-none" />
    </Radix.Provider>
  );
}
