import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap, type Schema } from '@/api/client';
import { projectQuery } from '@/api/queries/projects';

type Project = Schema<'Project'>;

/** Changes what was read: refused when somebody else changed it meanwhile. */
export function usePatchProject() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ project, change }: { project: Project; change: Partial<Schema<'ProjectDraft'>> }) =>
      unwrap(
        client.PATCH('/api/v1/projects/{project_id}', {
          params: { path: { project_id: project.id }, header: { 'If-Match': `"${project.revision}"` } },
          body: change,
        }),
      ),
    onSuccess: async (project) => {
      queryClient.setQueryData(projectQuery(project.id).queryKey, project);
      await queryClient.invalidateQueries({ queryKey: ['projects', 'list'] });
    },
    onError: (_, { project }) => queryClient.invalidateQueries({ queryKey: projectQuery(project.id).queryKey }),
  });
}
