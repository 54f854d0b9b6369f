import { useEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router';
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
  const bar = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // Where they do not all fit, the open one is in sight.
  useEffect(() => {
    const open = bar.current?.querySelector<HTMLElement>('[aria-current=page]');
    if (bar.current && open) bar.current.scrollLeft = open.offsetLeft - bar.current.offsetLeft - bar.current.clientWidth / 2 + open.clientWidth / 2;
  }, [pathname]);
  return (
    <nav ref={bar} aria-label={label} className="flex gap-5 overflow-x-auto overflow-y-hidden border-b [scrollbar-width:none]">
      {tabs.map((tab) => (
        <NavLink key={tab.to} to={tab.to} end={tab.end ?? false} className={({ isActive }) => cn(tabLook(isActive), 'outline-offset-[-2px]')}>
          {tab.label}
          {tab.count !== undefined && <span className="text-xs text-faint tabular">{tab.count}</span>}
        </NavLink>
      ))}
    </nav>
  );
}
