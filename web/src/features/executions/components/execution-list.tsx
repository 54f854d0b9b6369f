import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { ListTree, SearchX } from 'lucide-react';
import { useCallback, useState } from 'react';
import { Link } from 'react-router';
import type { Schema } from '@/api/client';
import { executionsQuery } from '@/api/queries/executions';
import { given } from '@/api/queries/paging';
import { useLiveProject } from '@/api/use-live-project';
import { ExecutionTable } from '@/components/execution-table';
import { PagedList } from '@/components/paged-list';
import { EmptyState } from '@/components/states';
import { SearchInput } from '@/components/search-input';
import { StatusDot } from '@/components/status-badge';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { humanize } from '@/lib/format';
import { EXECUTION_STATUSES } from '@/lib/status';
import { useSearchState } from '@/lib/use-search-state';
import { BulkBar } from './bulk-bar';

type Status = Schema<'ExecutionStatus'>;

const PERIODS: Record<string, { label: string; ms: number }> = {
  hour: { label: 'Last hour', ms: 3_600_000 },
  day: { label: 'Last day', ms: 86_400_000 },
  week: { label: 'Last week', ms: 7 * 86_400_000 },
};

function Chip({ status, active, onPress }: { status: Status | null; active: boolean; onPress: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={active}
      onClick={onPress}
      className={cn(
        'inline-flex h-7 items-center gap-1.5 rounded-full border px-2.5 text-xs font-medium',
        active ? 'border-primary bg-primary text-on-primary' : 'border-edge bg-surface text-muted hover:text-ink',
      )}
    >
      {status && <StatusDot status={status} className={active ? '' : 'opacity-70'} />}
      {status ? humanize(status) : 'All'}
    </button>
  );
}

/** Executions with their filters, which live in the address; of one project or of all. */
export function ExecutionList({ projectId }: { projectId?: string }) {
  const { get, set } = useSearchState();
  const status = EXECUTION_STATUSES.find((one) => one === get('status'));
  const q = get('q').trim();
  const search = useCallback((text: string) => set({ q: text }), [set]);
  const period = PERIODS[get('since')];
  // To the minute, so that the query keeps its identity while one looks.
  const from = period ? new Date(Math.floor((Date.now() - period.ms) / 60_000) * 60_000).toISOString() : undefined;
  const live = useLiveProject(projectId);
  const filter = given({ project_id: projectId, workflow_id: get('workflow') || undefined, status, q: q || undefined, from });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => setSelected((before) => new Set([...before].filter((one) => one !== id).concat(before.has(id) ? [] : [id])));
  const query = useInfiniteQuery({
    ...executionsQuery(filter),
    refetchInterval: live ? false : 3000,
    placeholderData: keepPreviousData,
  });
  const filtered = status !== undefined || q !== '' || period !== undefined || get('workflow') !== '';
  const empty = filtered ? (
    <EmptyState
      icon={SearchX}
      title="No execution is like this"
      action={<Button onClick={() => set({ status: '', since: '', workflow: '', q: '' })}>Show all</Button>}
    />
  ) : (
    <EmptyState
      icon={ListTree}
      title="Nothing has run yet"
      action={
        <Button asChild>
          <Link to={projectId ? `/projects/${projectId}/workflows` : '/projects'}>{projectId ? 'Go to workflows' : 'Go to projects'}</Link>
        </Button>
      }
      command={'qd run examples/triage/triage.yaml --input @examples/triage/issues.json'}
    >
      Each run of a workflow is an execution: it is kept with every step, survives restarts, and can be followed here while it goes on.
    </EmptyState>
  );
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-1.5">
        <div role="group" aria-label="Status" className="flex flex-wrap gap-1.5">
          <Chip status={null} active={status === undefined} onPress={() => set({ status: '' })} />
          {EXECUTION_STATUSES.map((one) => (
            <Chip key={one} status={one} active={status === one} onPress={() => set({ status: status === one ? '' : one })} />
          ))}
        </div>
        <SearchInput label="Search by name or id" value={get('q')} onChange={search} className="ml-auto w-56" />
        <Select className="w-auto" aria-label="Started" value={get('since')} onChange={(event) => set({ since: event.target.value })}>
          <option value="">Any time</option>
          {Object.entries(PERIODS).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      <div className={cn(query.isPlaceholderData && 'opacity-60')}>
        <BulkBar
          selected={[...selected]}
          filter={Object.keys(filter).length > 0 ? filter : null}
          onDone={() => setSelected(new Set())}
        />
        <PagedList query={query} noun="execution" empty={empty}>
          {(rows) => <ExecutionTable executions={rows} selection={{ ids: selected, onToggle: toggle }} />}
        </PagedList>
      </div>
    </>
  );
}
