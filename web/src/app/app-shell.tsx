import { useQuery, useInfiniteQuery } from '@tanstack/react-query';
import { PanelLeft, Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Link, NavLink, Outlet, ScrollRestoration, useLocation, useNavigate, useNavigation } from 'react-router';
import { approvalsQuery } from '@/api/queries/approvals';
import { meQuery } from '@/api/queries/session';
import { Mark } from '@/components/logo';
import { Button } from '@/components/ui/button';
import { Kbd } from '@/components/ui/kbd';
import { cn } from '@/lib/cn';
import { MOD_KEY } from '@/lib/platform';
import { Breadcrumbs } from './breadcrumbs';
import { ADMIN, MAIN, type Destination } from './navigation';
import { useShortcuts } from './shortcuts';
import { ShortcutsDialog } from './shortcuts-dialog';
import { UserMenu } from './user-menu';

const CommandPalette = lazy(async () => ({ default: (await import('./command-palette')).CommandPalette }));

function NavItem({ to, label, icon: Icon, count, onGo }: Destination & { count?: number; onGo?: (() => void) | undefined }) {
  return (
    <li>
      <NavLink
        to={to}
        end={to === '/'}
        onClick={onGo}
        className={({ isActive }) =>
          cn(
            'flex h-8 items-center gap-2.5 rounded-md px-2 text-[0.8125rem]',
            isActive ? 'bg-hover font-medium text-ink' : 'text-muted hover:bg-hover/60 hover:text-ink',
          )
        }
      >
        <Icon className="size-4 shrink-0" strokeWidth={1.75} aria-hidden />
        {label}
        {count ? (
          <span className="ml-auto rounded bg-waiting-soft px-1.5 text-xs font-medium text-waiting tabular">
            {count}
            <span className="sr-only"> waiting</span>
          </span>
        ) : null}
      </NavLink>
    </li>
  );
}

interface SidebarProps {
  onSearch: () => void;
  onHelp: () => void;
  onGo?: () => void;
}

function Sidebar({ onSearch, onHelp, onGo }: SidebarProps) {
  const { data: me } = useQuery(meQuery());
  const approvals = useInfiniteQuery({ ...approvalsQuery({ status: 'pending' }, 1), refetchInterval: 15_000 });
  const waiting = approvals.data?.pages[0]?.total ?? 0;
  return (
    <div className="flex h-full flex-col gap-3 p-3">
      <Link to="/" onClick={onGo} className="flex items-center gap-2 rounded-md px-1 py-0.5">
        <Mark />
        <span className="font-semibold tracking-tight">Quarterdeck</span>
      </Link>
      <button
        type="button"
        onClick={onSearch}
        className="flex h-8 items-center gap-2 rounded-md border border-edge bg-surface px-2 text-[0.8125rem] text-muted hover:text-ink"
      >
        <Search className="size-3.5" aria-hidden />
        Go to…
        <span className="ml-auto flex gap-0.5">
          <Kbd>{MOD_KEY}</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      <nav aria-label="Main">
        <ul className="grid gap-0.5">
          {MAIN.map((one) => (
            <NavItem key={one.to} {...one} onGo={onGo} {...(one.to === '/approvals' ? { count: waiting } : {})} />
          ))}
        </ul>
        {me?.role === 'admin' && (
          <>
            <h2 className="mt-4 mb-1 px-2 text-xs text-faint">Administration</h2>
            <ul className="grid gap-0.5">
              {ADMIN.map((one) => (
                <NavItem key={one.to} {...one} onGo={onGo} />
              ))}
            </ul>
          </>
        )}
      </nav>
      <div className="mt-auto">
        <UserMenu onHelp={onHelp} />
      </div>
    </div>
  );
}

/** The sidebar where there is no room for one: it comes when asked and goes with the choice. */
function NarrowSidebar({ onSearch, onHelp }: Omit<SidebarProps, 'onGo'>) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <Button variant="ghost" size="icon" aria-label="Open navigation" className="lg:hidden">
          <PanelLeft aria-hidden />
        </Button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 bg-overlay" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 w-64 animate-appear border-r bg-sunken shadow-pop"
        >
          <Dialog.Title className="sr-only">Navigation</Dialog.Title>
          <Sidebar
            onGo={() => setOpen(false)}
            onSearch={() => {
              setOpen(false);
              onSearch();
            }}
            onHelp={() => {
              setOpen(false);
              onHelp();
            }}
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Whether the page has a field to search in; it has the focus then. */
function focusSearch(main: HTMLElement | null): boolean {
  const field = main?.querySelector<HTMLInputElement>('input[type=search]');
  field?.focus();
  return field != null;
}

export function AppShell() {
  const [searching, setSearching] = useState(false);
  const [helping, setHelping] = useState(false);
  const navigate = useNavigate();
  const navigation = useNavigation();
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(pathname);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      setSearching((open) => !open);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  useShortcuts((shortcut) => {
    if (shortcut.to) void navigate(shortcut.to);
    else if (shortcut.keys === '?') setHelping(true);
    else if (!focusSearch(main.current)) setSearching(true);
  });

  // A new page is read from its beginning, by screen readers too.
  useEffect(() => {
    if (first.current === pathname) return;
    first.current = pathname;
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <div className="lg:grid lg:grid-cols-[14.5rem_1fr]">
      <a
        href="#main"
        className="sr-only rounded-md bg-primary px-3 py-2 text-on-primary layer-skip focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <aside className="sticky top-0 hidden h-dvh border-r bg-sunken lg:block">
        <Sidebar onSearch={() => setSearching(true)} onHelp={() => setHelping(true)} />
      </aside>
      <div className="min-w-0">
        <header className="layer-bar sticky top-0 flex h-12 items-center gap-2 border-b bg-ground/90 px-4 backdrop-blur sm:px-6">
          <NarrowSidebar onSearch={() => setSearching(true)} onHelp={() => setHelping(true)} />
          <Breadcrumbs />
          {navigation.state !== 'idle' && (
            <div role="status" aria-label="Loading" className="absolute inset-x-0 -bottom-px h-px animate-beat bg-accent" />
          )}
        </header>
        <main ref={main} id="main" tabIndex={-1} className="outline-none">
          <Outlet />
        </main>
      </div>
      {searching && (
        <Suspense>
          <CommandPalette onClose={() => setSearching(false)} onHelp={() => setHelping(true)} />
        </Suspense>
      )}
      <ShortcutsDialog open={helping} onOpenChange={setHelping} />
      <ScrollRestoration getKey={(location) => location.pathname} />
    </div>
  );
}
