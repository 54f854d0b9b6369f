import { NavLink } from 'react-router';
import { cn } from '@/lib/cn';

export interface NavTab {
  to: string;
  label: string;
  end?: boolean;
  count?: number | undefined;
}

export const tabLook = (active: boolean) =>
  cn(
    '-mb-px flex h-9 items-center gap-1.5 border-b-2 px-0.5 text-[0.8125rem] whitespace-nowrap',
    active ? 'border-accent font-medium text-ink' : 'border-transparent text-muted hover:text-ink',
  );

/** Tabs that are addresses. */
export function NavTabs({ tabs, label }: { tabs: NavTab[]; label: string }) {
  return (
    <nav aria-label={label} className="flex gap-5 overflow-x-auto overflow-y-hidden border-b [scrollbar-width:none]">
      {tabs.map((tab) => (
        <NavLink key={tab.to} to={tab.to} end={tab.end ?? false} className={({ isActive }) => cn(tabLook(isActive), 'outline-offset-[-2px]')}>
          {tab.label}
          {tab.count !== undefined && <span className="text-xs text-faint tabular">{tab.count}</span>}
        </NavLink>
      ))}
    </nav>
  );
}
