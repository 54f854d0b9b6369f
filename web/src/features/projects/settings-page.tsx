import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { Schema } from '@/api/client';
import { ApiProblem, messageOf } from '@/api/problem';
import { projectQuery } from '@/api/queries/projects';
import { Button } from '@/components/ui/button';
import { Card, Section } from '@/components/ui/card';
import { Field, FormError } from '@/components/ui/field';
import { Input, Select, Textarea } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { Switch } from '@/components/ui/switch';
import { toast } from '@/components/ui/toast';
import { formText } from '@/lib/form-text';
import { usePatchProject } from './api/patch-project';
import { DeleteProjectDialog } from './components/project-actions';
import { allows } from './lib/roles';
import { readTags } from './lib/tags';

type Project = Schema<'Project'>;

function isProtected(project: Project): boolean {
  return project.settings['protected'] === true;
}

function SettingsForm({ project }: { project: Project }) {
  const patch = usePatchProject();
  const [isPublic, setPublic] = useState(project.is_public);
  const [isTemplate, setTemplate] = useState(project.is_template);
  const [kept, setKept] = useState(isProtected(project));
  const problem = patch.error instanceof ApiProblem ? patch.error : null;
  const disabled = !allows(project.my_role, 'editor');

  const submit = (data: FormData) => {
    patch.mutate(
      {
        project,
        change: {
          name: formText(data, 'name'),
          slug: formText(data, 'slug'),
          description: formText(data, 'description'),
          status: data.get('status') as Project['status'],
          tags: readTags(formText(data, 'tags')),
          is_public: isPublic,
          is_template: isTemplate,
          settings: { protected: kept },
        },
      },
      { onSuccess: () => toast('Saved.') },
    );
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
    >
      <fieldset disabled={disabled} className="grid gap-4">
        <Field label="Name" error={problem?.faultAt('/name')}>
          <Input name="name" defaultValue={project.name} required maxLength={200} />
        </Field>
        <Field label="Slug" error={problem?.faultAt('/slug')}>
          <Input name="slug" className="font-mono text-xs" defaultValue={project.slug} required />
        </Field>
        <Field label="Description" optional error={problem?.faultAt('/description')}>
          <Textarea name="description" defaultValue={project.description} maxLength={5000} />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Tags" optional hint="Separated by commas." error={problem?.faultAt('/tags')}>
            <Input name="tags" defaultValue={project.tags.join(', ')} />
          </Field>
          <Field label="Status">
            <Select name="status" defaultValue={project.status}>
              <option value="active">Active</option>
              <option value="draft">Draft</option>
              <option value="archived">Archived</option>
            </Select>
          </Field>
        </div>
        <div className="grid gap-3 border-t pt-4">
          <Flag label="Template" hint="New projects may begin as a copy of this one." checked={isTemplate} onChange={setTemplate} />
          <Flag label="Public" hint="Everybody on this server may read it." checked={isPublic} onChange={setPublic} />
          <Flag label="Protected" hint="Deleting is refused while this is on." checked={kept} onChange={setKept} />
        </div>
        <FormError>{patch.error && !problem?.faults.length ? messageOf(patch.error) : null}</FormError>
        <div>
          <Button type="submit" variant="primary" busy={patch.isPending} disabled={disabled}>
            Save
          </Button>
          {disabled && <p className="mt-2 text-xs text-muted">Editors and owners may change this.</p>}
        </div>
      </fieldset>
    </form>
  );
}

interface FlagProps {
  label: string;
  hint: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function Flag({ label, hint, checked, onChange }: FlagProps) {
  return (
    <Field label={label} hint={hint} className="grid-cols-[1fr_auto] gap-x-4 [&>button]:row-span-2 [&>button]:col-start-2 [&>button]:row-start-1 [&>button]:self-center">
      <Switch checked={checked} onCheckedChange={onChange} />
    </Field>
  );
}

export function Component() {
  const { projectId = '' } = useParams();
  const { data: project } = useQuery(projectQuery(projectId));
  const [deleting, setDeleting] = useState(false);
  if (!project) return <SkeletonRows />;
  return (
    <div className="grid max-w-2xl gap-8">
      <Section title="Project">
        <Card className="p-4">
          {/* A form of its own for each state that was read: saving takes up what others changed. */}
          <SettingsForm key={project.revision} project={project} />
        </Card>
      </Section>
      {allows(project.my_role, 'owner') && (
        <Section title="Danger">
          <Card className="flex flex-wrap items-center justify-between gap-3 border-bad/40 p-4">
            <p className="text-[0.8125rem] text-muted">
              {isProtected(project) ? 'This project is protected: take that off above before deleting it.' : 'Deletes the project and everything in it.'}
            </p>
            <Button variant="danger" disabled={isProtected(project)} onClick={() => setDeleting(true)}>
              Delete project…
            </Button>
          </Card>
        </Section>
      )}
      <DeleteProjectDialog project={project} open={deleting} onOpenChange={setDeleting} />
    </div>
  );
}
