import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

export interface PanelTab {
  value: string;
  label: ReactNode;
  content: ReactNode;
}

interface PanelTabsProps {
  tabs: PanelTab[];
  label: string;
  value?: string;
  onValueChange?: (value: string) => void;
  className?: string;
  listClassName?: string;
  actions?: ReactNode;
}

/** Tabs within a page. Uncontrolled without `value`: the first is open. */
export function PanelTabs({ tabs, label, value, onValueChange, className, listClassName, actions }: PanelTabsProps) {
  return (
    <Radix.Root
      {...(value === undefined ? { defaultValue: tabs[0]?.value ?? '' } : { value })}
      {...(onValueChange ? { onValueChange } : {})}
      className={cn('flex min-h-0 flex-col', className)}
    >
      <div className={cn('flex items-center gap-4 border-b', listClassName)}>
        <Radix.List aria-label={label} className="flex gap-5 overflow-x-auto overflow-y-hidden [scrollbar-width:none]">
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.value}
              value={tab.value}
              className="-mb-px flex h-9 items-center gap-1.5 border-b-2 border-transparent px-0.5 text-[0.8125rem] whitespace-nowrap text-muted -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
            >
              {tab.label}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {actions && <div className="ml-auto flex items-center gap-1">{actions}</div>}
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className="min-h-0 flex-1 outline-offset-2">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
