import { useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Schema } from './client';
import { followProject, type ExecutionChange } from './project-topic';

type Page = Schema<'ExecutionPage'>;

// Many changes in a row are followed by one read.
const REFRESH_MS = 1000;

/** The pages after the change; the same ones where the execution is not in them. */
export function patchPages<T extends { items: ExecutionChange[] }>(pages: T[], change: ExecutionChange): T[] {
  const known = (one: ExecutionChange) => one.id === change.id && one.revision < change.revision;
  if (!pages.some((page) => page.items.some(known))) return pages;
  return pages.map((page) => ({ ...page, items: page.items.map((one) => (known(one) ? { ...one, ...change } : one)) }));
}

function patchLists(queryClient: QueryClient, change: ExecutionChange): void {
  queryClient.setQueriesData<InfiniteData<Page>>({ queryKey: ['executions', 'list'] }, (old) => old && { ...old, pages: patchPages(old.pages, change) });
}

/** Keeps lists of a project's executions and approvals fresh; false while they have to be asked for. */
export function useLiveProject(projectId: string | undefined): boolean {
  const queryClient = useQueryClient();
  const [live, setLive] = useState(false);

  useEffect(() => {
    if (!projectId) return;
    const stale = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = (...keys: string[]) => {
      for (const key of keys) stale.add(key);
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const key of stale) void queryClient.invalidateQueries({ queryKey: [key, 'list'] });
        stale.clear();
      }, REFRESH_MS);
    };
    const leave = followProject(projectId, {
      onLive: setLive,
      onSubscribed: () => refresh('executions', 'approvals'),
      onExecution: (change) => {
        patchLists(queryClient, change);
        // New ones, filters and totals are the server's to know.
        refresh('executions');
      },
      onApproval: () => refresh('approvals'),
    });
    return () => {
      clearTimeout(timer);
      leave();
      setLive(false);
    };
  }, [queryClient, projectId]);

  return live;
}
