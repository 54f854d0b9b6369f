import { ToggleGroup as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

interface ToggleGroupProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: ReadonlyArray<{ value: T; label: string; icon?: ReactNode }>;
}

/** One of a few, side by side. */
export function ToggleGroup<T extends string>({ label, value, onChange, options }: ToggleGroupProps<T>) {
  return (
    <Radix.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        if (next) onChange(next as T);
      }}
      className="inline-flex h-8 items-center rounded-md border border-edge bg-surface p-0.5"
    >
      {options.map((option) => (
        <Radix.Item
          key={option.value}
          value={option.value}
          aria-label={option.label}
          className="inline-flex h-full items-center gap-1.5 rounded px-2 text-xs font-medium text-muted hover:text-ink data-[state=on]:bg-hover data-[state=on]:text-ink [&_svg]:size-4"
        >
          {option.icon ?? option.label}
        </Radix.Item>
      ))}
    </Radix.Root>
  );
}
