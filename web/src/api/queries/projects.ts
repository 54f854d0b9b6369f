import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '../client';
import { given, paging } from './paging';

export interface ProjectFilter {
  status?: Schema<'ProjectStatus'> | undefined;
  tag?: string | undefined;
  is_template?: boolean | undefined;
  is_public?: boolean | undefined;
  member?: boolean | undefined;
  sort?: string | undefined;
}

/** A project in a list; one that a search found says where. */
export type ListedProject = Schema<'Project'> & { highlights?: Schema<'Highlights'> };

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(client.GET('/api/v1/projects/{project_id}', { params: { path: { project_id: id } }, signal })),
  });

/** All projects that pass the filter, or with `q` those that hold its words: a search takes no filter. */
export const projectsQuery = (filter: ProjectFilter, q = '', limit = 48) =>
  infiniteQueryOptions({
    queryKey: ['projects', 'list', q === '' ? filter : {}, q, limit],
    queryFn: async ({ pageParam, signal }): Promise<Omit<Schema<'ProjectPage'>, 'items'> & { items: ListedProject[] }> =>
      q === ''
        ? unwrap(client.GET('/api/v1/projects', { params: { query: given({ ...filter, limit, cursor: pageParam }) }, signal }))
        : unwrap(
            client.GET('/api/v1/projects/search', { params: { query: { q, ...given({ limit, cursor: pageParam }) } }, signal }),
          ),
    ...paging,
  });
