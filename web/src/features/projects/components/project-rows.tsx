import { Link } from 'react-router';
import type { ListedProject } from '@/api/queries/projects';
import { Marked } from '@/components/marked';
import { RelativeTime } from '@/components/relative-time';
import { Badge } from '@/components/ui/badge';
import { Card } from '@/components/ui/card';
import { rowLink, Table, Td, Th, Tr } from '@/components/ui/table';
import { ProjectActions } from './project-actions';
import { ProjectBadges } from './project-badges';

interface RowsProps {
  projects: ListedProject[];
}

function Name({ project }: { project: ListedProject }) {
  return project.highlights ? <Marked html={project.highlights.name} /> : project.name;
}

function Tags({ project }: { project: ListedProject }) {
  const marked = project.highlights?.tags;
  return project.tags.map((tag, index) => (
    <Badge key={tag} tone="outline">
      {marked?.[index] ? <Marked html={marked[index]} /> : tag}
    </Badge>
  ));
}

export function ProjectCards({ projects }: RowsProps) {
  return (
    <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
      {projects.map((project) => (
        <li key={project.id}>
          <Card className="relative flex h-full min-h-32 flex-col p-3.5 transition-colors hover:border-edge">
            <div className="flex items-start gap-2">
              <div className="min-w-0 flex-1">
                <h2 className="truncate text-sm font-semibold">
                  <Link to={`/projects/${project.id}`} className="after:absolute after:inset-0 after:rounded-lg">
                    <Name project={project} />
                  </Link>
                </h2>
                <p className="truncate font-mono text-xs text-faint">{project.slug}</p>
              </div>
              <div className="-mt-1 -mr-1">
                <ProjectActions project={project} />
              </div>
            </div>
            <p className="mt-2 line-clamp-2 text-[0.8125rem] text-muted">
              {project.highlights?.description ? <Marked html={project.highlights.description} /> : project.description}
            </p>
            <div className="mt-auto flex flex-wrap items-center gap-1 pt-3">
              <ProjectBadges project={project} />
              <Tags project={project} />
              <RelativeTime time={project.updated_at} className="ml-auto text-xs text-faint" />
            </div>
          </Card>
        </li>
      ))}
    </ul>
  );
}

export function ProjectTable({ projects }: RowsProps) {
  return (
    <Table label="Projects">
      <thead>
        <tr>
          <Th>Name</Th>
          <Th className="hidden md:table-cell">Description</Th>
          <Th className="hidden sm:table-cell">Tags</Th>
          <Th className="hidden sm:table-cell">My role</Th>
          <Th>Updated</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {projects.map((project) => (
          <Tr key={project.id}>
            <Td className="max-w-64">
              <div className="flex items-center gap-2">
                <Link to={`/projects/${project.id}`} className={`${rowLink} truncate`}>
                  <Name project={project} />
                </Link>
                <ProjectBadges project={project} />
              </div>
            </Td>
            <Td className="hidden max-w-80 truncate text-muted md:table-cell">
              {project.highlights?.description ? <Marked html={project.highlights.description} /> : project.description}
            </Td>
            <Td className="hidden sm:table-cell">
              <span className="flex flex-wrap gap-1">
                <Tags project={project} />
              </span>
            </Td>
            <Td className="hidden text-muted sm:table-cell">{project.my_role ?? '–'}</Td>
            <Td className="whitespace-nowrap text-muted">
              <RelativeTime time={project.updated_at} />
            </Td>
            <Td className="w-10 text-right">
              <ProjectActions project={project} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
