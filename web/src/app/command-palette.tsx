import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { BookOpen, FolderKanban, Keyboard, LogOut, Moon, Plus, Sun, Workflow, Bot, Wrench, type LucideIcon } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { flatten } from '@/api/queries/paging';
import { agentsQuery } from '@/api/queries/agents';
import { projectQuery, projectsQuery } from '@/api/queries/projects';
import { meQuery } from '@/api/queries/session';
import { toolsQuery } from '@/api/queries/tools';
import { workflowsQuery } from '@/api/queries/workflows';
import { signOut } from '@/api/sign-out';
import { setTheme, useDark } from '@/lib/theme';
import { useDebounced } from '@/lib/use-debounced';
import { ACCOUNT, ADMIN, MAIN } from './navigation';

interface ItemProps {
  icon: LucideIcon;
  value: string;
  keywords?: string[] | undefined;
  onSelect: () => void;
  children: ReactNode;
}

function Item({ icon: Icon, value, keywords, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      {...(keywords ? { keywords } : {})}
      onSelect={onSelect}
      className="flex h-9 items-center gap-2.5 rounded-md px-2 text-[0.8125rem] data-[selected=true]:bg-hover"
    >
      <Icon className="size-4 shrink-0 text-muted" strokeWidth={1.75} aria-hidden />
      {children}
    </Command.Item>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="p-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

/** What is in the project whose page is open. */
function ProjectItems({ projectId, go }: { projectId: string; go: (to: string) => void }) {
  const project = useQuery(projectQuery(projectId));
  const workflows = flatten(useInfiniteQuery(workflowsQuery(projectId)).data);
  const agents = flatten(useInfiniteQuery(agentsQuery(projectId)).data);
  const tools = flatten(useInfiniteQuery(toolsQuery(projectId)).data);
  const at = `/projects/${projectId}`;
  const pages = ['workflows', 'agents', 'tools', 'executions', 'members', 'variables', 'credentials', 'settings'];
  if (!project.data) return null;
  return (
    <Group heading={project.data.name}>
      {pages.map((page) => (
        <Item key={page} icon={FolderKanban} value={`page-${page}`} keywords={[page, project.data.name]} onSelect={() => go(`${at}/${page}`)}>
          <span className="capitalize">{page}</span>
        </Item>
      ))}
      {workflows.map((one) => (
        <Item key={one.id} icon={Workflow} value={one.id} keywords={[one.name, 'workflow']} onSelect={() => go(`${at}/workflows/${one.id}`)}>
          {one.name}
        </Item>
      ))}
      {agents.map((one) => (
        <Item key={one.id} icon={Bot} value={one.id} keywords={[one.name, 'agent']} onSelect={() => go(`${at}/agents/${one.id}`)}>
          {one.name}
        </Item>
      ))}
      {tools.map((one) => (
        <Item key={one.id} icon={Wrench} value={one.id} keywords={[one.name, 'tool']} onSelect={() => go(`${at}/tools/${one.id}`)}>
          {one.name}
        </Item>
      ))}
    </Group>
  );
}

export function CommandPalette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const [text, setText] = useState('');
  const query = useDebounced(text.trim(), 150);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { data: me } = useQuery(meQuery());
  const dark = useDark();
  const projects = useInfiniteQuery({
    ...projectsQuery({}, query, 20),
    placeholderData: (previous) => previous,
  });
  const projectId = /^\/projects\/([^/]+)/.exec(pathname)?.[1];

  const go = (to: string) => {
    onClose();
    void navigate(to);
  };
  const act = (action: () => void) => () => {
    onClose();
    action();
  };
  const destinations = [...MAIN, ...(me?.role === 'admin' ? ADMIN : []), ...ACCOUNT];

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 bg-overlay" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 rounded-xl border bg-surface shadow-pop"
        >
          <Dialog.Title className="sr-only">Go to a page or do something</Dialog.Title>
          <Command label="Go to a page or do something" loop>
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder="Page, project, workflow or action…"
              className="h-12 w-full border-b bg-transparent px-4 text-sm outline-none placeholder:text-faint"
            />
            <Command.List className="max-h-[min(24rem,60vh)] overflow-y-auto">
              <Command.Empty className="px-4 py-8 text-center text-[0.8125rem] text-muted">Nothing goes by that name.</Command.Empty>
              {projectId && <ProjectItems projectId={projectId} go={go} />}
              <Group heading="Pages">
                {destinations.map((one) => (
                  <Item key={one.to} icon={one.icon} value={`go-${one.to}`} keywords={[one.label, ...(one.keywords ?? [])]} onSelect={() => go(one.to)}>
                    {one.label}
                  </Item>
                ))}
              </Group>
              <Group heading="Projects">
                {flatten(projects.data).map((one) => (
                  <Item
                    key={one.id}
                    icon={FolderKanban}
                    value={`project-${one.id}`}
                    keywords={[one.name, one.slug, ...one.tags]}
                    onSelect={() => go(`/projects/${one.id}`)}
                  >
                    <span className="truncate">{one.name}</span>
                    <span className="ml-auto truncate pl-4 text-xs text-faint">{one.slug}</span>
                  </Item>
                ))}
              </Group>
              <Group heading="Actions">
                <Item icon={Plus} value="new-project" keywords={['create', 'new', 'project']} onSelect={() => go('/projects?new=1')}>
                  New project
                </Item>
                <Item icon={dark ? Sun : Moon} value="theme" keywords={['theme', 'dark', 'light']} onSelect={act(() => setTheme(dark ? 'light' : 'dark'))}>
                  {dark ? 'Light theme' : 'Dark theme'}
                </Item>
                <Item icon={Keyboard} value="shortcuts" keywords={['keyboard', 'shortcuts', 'help', 'keys']} onSelect={act(onHelp)}>
                  Keyboard shortcuts
                </Item>
                <Item icon={BookOpen} value="api-docs" keywords={['api', 'documentation', 'openapi', 'swagger']} onSelect={act(() => window.location.assign('/docs'))}>
                  API documentation
                </Item>
                <Item icon={LogOut} value="sign-out" keywords={['sign out', 'log out']} onSelect={act(() => void signOut())}>
                  Sign out
                </Item>
              </Group>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
