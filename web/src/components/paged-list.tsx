import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { flatten, type PageOf } from '@/api/queries/paging';
import { ErrorState } from '@/components/states';
import { Button } from '@/components/ui/button';
import { SkeletonRows } from '@/components/ui/skeleton';
import { formatTotal } from '@/lib/format';

interface PagedListProps<T> {
  query: UseInfiniteQueryResult<InfiniteData<PageOf<T>, unknown>>;
  /** What one row is called, for the count under the list. */
  noun: string;
  empty: ReactNode;
  skeleton?: ReactNode;
  children: (rows: T[]) => ReactNode;
}

/** The four states of every list: loading, failed, empty, and rows with a way to more of them. */
export function PagedList<T>({ query, noun, empty, skeleton, children }: PagedListProps<T>) {
  if (query.isPending) return skeleton ?? <SkeletonRows />;
  if (query.isError && !query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const rows = flatten(query.data);
  const first = query.data?.pages[0];
  if (rows.length === 0 || !first) return empty;
  return (
    <>
      {children(rows)}
      <div className="mt-2 flex min-h-7 items-center justify-between gap-2 text-xs text-muted">
        <span className="tabular" aria-live="polite">
          {rows.length < first.total ? `${rows.length.toLocaleString('en-US')} of ` : ''}
          {formatTotal(first.total, noun, first.total_capped ?? false)}
        </span>
        {query.hasNextPage && (
          <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        )}
      </div>
    </>
  );
}
