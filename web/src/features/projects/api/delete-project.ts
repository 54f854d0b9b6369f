import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import { projectQuery } from '@/api/queries/projects';

export function useDeleteProject() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, force }: { id: string; force: boolean }) =>
      unwrap(
        client.DELETE('/api/v1/projects/{project_id}', {
          params: { path: { project_id: id }, query: force ? { force: true } : {} },
        }),
      ),
    onSuccess: async (_, { id }) => {
      queryClient.removeQueries({ queryKey: projectQuery(id).queryKey });
      await queryClient.invalidateQueries({ queryKey: ['projects', 'list'] });
    },
  });
}
