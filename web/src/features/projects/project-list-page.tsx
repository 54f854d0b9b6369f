import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { FolderKanban, LayoutGrid, Plus, Rows3, SearchX } from 'lucide-react';
import { useCallback } from 'react';
import { projectsQuery, type ProjectFilter } from '@/api/queries/projects';
import { Page, PageHeader } from '@/components/page-header';
import { PagedList } from '@/components/paged-list';
import { SearchInput } from '@/components/search-input';
import { EmptyState } from '@/components/states';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/input';
import { Skeleton } from '@/components/ui/skeleton';
import { ToggleGroup } from '@/components/ui/toggle-group';
import { cn } from '@/lib/cn';
import { useSearchState } from '@/lib/use-search-state';
import { useTitle } from '@/lib/use-title';
import { CreateDialog } from './components/create-dialog';
import { ProjectCards, ProjectTable } from './components/project-rows';

const VIEWS = [
  { value: 'cards', label: 'Cards', icon: <LayoutGrid aria-hidden /> },
  { value: 'table', label: 'Table', icon: <Rows3 aria-hidden /> },
] as const;

// What the one list of choices means in the server's filters.
const SHOWN: Record<string, ProjectFilter> = {
  '': { status: 'active' },
  mine: { member: true },
  draft: { status: 'draft' },
  archived: { status: 'archived' },
  templates: { is_template: true },
  public: { is_public: true },
  all: {},
};

function CardSkeletons() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
      {Array.from({ length: 6 }, (_, index) => (
        <Skeleton key={index} className="h-32 rounded-lg" />
      ))}
    </div>
  );
}

function NewProject({ onPress }: { onPress: () => void }) {
  return (
    <Button variant="primary" onClick={onPress}>
      <Plus aria-hidden /> New project
    </Button>
  );
}

export function Component() {
  useTitle('Projects');
  const { get, set } = useSearchState();
  const q = get('q').trim();
  const shown = get('show');
  const view = get('view') === 'table' ? 'table' : 'cards';
  const query = useInfiniteQuery({
    ...projectsQuery({ ...SHOWN[shown], tag: get('tag') || undefined, sort: get('sort') || '-updated_at' }, q),
    placeholderData: keepPreviousData,
  });
  const search = useCallback((text: string) => set({ q: text }), [set]);
  const create = () => set({ new: '1' });
  const filtered = q !== '' || shown !== '' || get('tag') !== '';

  const empty = filtered ? (
    <EmptyState icon={SearchX} title={q ? `No project matches “${q}”` : 'No project is like this'} action={<Button onClick={() => set({ q: '', show: '', tag: '' })}>Show all active projects</Button>} />
  ) : (
    <EmptyState
      icon={FolderKanban}
      title="No projects yet"
      action={<NewProject onPress={create} />}
      command={`qd projects create "Support triage"\n\ncurl ${window.location.origin}/api/v1/projects \\\n  -H "X-API-Key: $QUARTERDECK_API_KEY" -H "Content-Type: application/json" \\\n  -d '{"name": "Support triage"}'`}
    >
      A project holds agents, tools, workflows and the people who work on them.
    </EmptyState>
  );

  return (
    <Page wide>
      <PageHeader title="Projects" actions={<NewProject onPress={create} />} />
      <div className="mt-4 mb-3 flex flex-wrap items-center gap-2">
        <SearchInput label="Search projects" value={get('q')} onChange={search} />
        {q === '' && (
          <>
            <Select className="w-auto" aria-label="Which projects" value={shown} onChange={(event) => set({ show: event.target.value })}>
              <option value="">Active</option>
              <option value="mine">Mine</option>
              <option value="draft">Drafts</option>
              <option value="archived">Archived</option>
              <option value="templates">Templates</option>
              <option value="public">Public</option>
              <option value="all">All</option>
            </Select>
            <Select className="w-auto" aria-label="Order" value={get('sort')} onChange={(event) => set({ sort: event.target.value })}>
              <option value="">Last updated</option>
              <option value="-created_at">Newest</option>
              <option value="created_at">Oldest</option>
              <option value="name">Name</option>
            </Select>
          </>
        )}
        {get('tag') && (
          <Button size="sm" onClick={() => set({ tag: '' })}>
            Tag: {get('tag')} ×
          </Button>
        )}
        <div className="ml-auto">
          <ToggleGroup label="View" value={view} onChange={(next) => set({ view: next === 'cards' ? '' : next })} options={VIEWS} />
        </div>
      </div>
      <div className={cn(query.isPlaceholderData && 'opacity-60')}>
        <PagedList query={query} noun="project" empty={empty} {...(view === 'cards' ? { skeleton: <CardSkeletons /> } : {})}>
          {(projects) => (view === 'cards' ? <ProjectCards projects={projects} /> : <ProjectTable projects={projects} />)}
        </PagedList>
      </div>
      <CreateDialog open={get('new') === '1'} onOpenChange={(open) => set({ new: open ? '1' : '' })} />
    </Page>
  );
}
