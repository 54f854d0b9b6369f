import type { InfiniteData } from '@tanstack/react-query';

/** What every list answers. */
export interface PageOf<T> {
  items: T[];
  next_cursor?: string | null;
  total: number;
  total_capped?: boolean | null;
}

/** The part of an infinite query's options that all lists share. */
export const paging = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: { next_cursor?: string | null }) => page.next_cursor ?? null,
};

/** All rows loaded so far, as one list. */
export function flatten<T>(data: InfiniteData<PageOf<T>, unknown> | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/** Drops the parameters that say nothing, so that they are not sent. */
export function given<T extends Record<string, unknown>>(query: T): { [K in keyof T]?: Exclude<T[K], undefined | null | ''> } {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  ) as { [K in keyof T]?: Exclude<T[K], undefined | null | ''> };
}
