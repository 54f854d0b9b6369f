import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { ApiProblem, messageOf } from '@/api/problem';
import { flatten } from '@/api/queries/paging';
import { projectsQuery } from '@/api/queries/projects';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Input, Select, Textarea } from '@/components/ui/input';
import { formText } from '@/lib/form-text';
import { slugify } from '@/lib/slug';
import { useCreateProject } from '../api/create-project';
import { readTags } from '../lib/tags';

interface CreateDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function CreateDialog({ open, onOpenChange }: CreateDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="New project" description="A project holds agents, tools, workflows and the people who work on them.">
      <CreateForm onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function CreateForm({ onDone }: { onDone: () => void }) {
  const navigate = useNavigate();
  const create = useCreateProject();
  const templates = flatten(useInfiniteQuery(projectsQuery({ is_template: true })).data);
  const [name, setName] = useState('');
  const [slug, setSlug] = useState<string | null>(null);
  const problem = create.error instanceof ApiProblem ? create.error : null;
  const general = create.error && !['/name', '/slug', '/description', '/tags'].some((path) => problem?.faultAt(path));

  const submit = async (data: FormData) => {
    const project = await create.mutateAsync({
      name: name.trim(),
      ...(slug ? { slug } : {}),
      description: formText(data, 'description'),
      tags: readTags(formText(data, 'tags')),
      ...(formText(data, 'template') ? { template_id: formText(data, 'template') } : {}),
    });
    onDone();
    await navigate(`/projects/${project.id}`);
  };

  return (
    <form
      className="grid gap-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        // The mutation keeps its error, which is shown.
        submit(new FormData(event.currentTarget)).catch(() => {});
      }}
    >
      <Field label="Name" error={problem?.faultAt('/name')}>
        <Input value={name} onChange={(event) => setName(event.target.value)} required maxLength={200} autoFocus />
      </Field>
      <Field label="Slug" hint="How commands and addresses name it." optional error={problem?.faultAt('/slug')}>
        <Input
          className="font-mono text-xs"
          value={slug ?? slugify(name)}
          onChange={(event) => setSlug(event.target.value === '' ? null : event.target.value)}
        />
      </Field>
      <Field label="Description" optional error={problem?.faultAt('/description')}>
        <Textarea name="description" maxLength={5000} />
      </Field>
      <div className="grid gap-3.5 sm:grid-cols-2">
        <Field label="Tags" optional hint="Separated by commas." error={problem?.faultAt('/tags')}>
          <Input name="tags" />
        </Field>
        <Field label="Begin with" hint={templates.length === 0 ? 'Mark a project as template to begin with it.' : undefined}>
          <Select name="template">
            <option value="">A blank project</option>
            {templates.map((template) => (
              <option key={template.id} value={template.id}>
                {template.name}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      <FormError>{general ? messageOf(create.error) : null}</FormError>
      <DialogActions>
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary" busy={create.isPending} disabled={name.trim() === ''}>
          Create project
        </Button>
      </DialogActions>
    </form>
  );
}
