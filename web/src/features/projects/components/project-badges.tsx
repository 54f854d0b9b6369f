import type { Schema } from '@/api/client';
import { Badge } from '@/components/ui/badge';

/** What is unusual about a project; an active, private one has nothing to say. */
export function ProjectBadges({ project }: { project: Schema<'Project'> }) {
  return (
    <>
      {project.status !== 'active' && <Badge>{project.status === 'archived' ? 'Archived' : 'Draft'}</Badge>}
      {project.is_template && <Badge tone="accent">Template</Badge>}
      {project.is_public && <Badge tone="outline">Public</Badge>}
    </>
  );
}
