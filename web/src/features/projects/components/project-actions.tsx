import { Archive, ArchiveRestore, Copy, Ellipsis, Settings, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Schema } from '@/api/client';
import { ApiProblem, messageOf } from '@/api/problem';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { toast, toastError } from '@/components/ui/toast';
import { formText } from '@/lib/form-text';
import { useCloneProject } from '../api/clone-project';
import { useDeleteProject } from '../api/delete-project';
import { usePatchProject } from '../api/patch-project';
import { allows } from '../lib/roles';

type Project = Schema<'Project'>;

export function DeleteProjectDialog({ project, open, onOpenChange }: { project: Project; open: boolean; onOpenChange: (open: boolean) => void }) {
  const remove = useDeleteProject();
  const navigate = useNavigate();
  const [running, setRunning] = useState(false);
  const confirm = async () => {
    try {
      await remove.mutateAsync({ id: project.id, force: running });
    } catch (error) {
      // Once told that something runs, the same button cancels that first.
      if (error instanceof ApiProblem && error.status === 409) setRunning(true);
      throw error;
    }
    toast(`${project.name} is deleted.`);
    await navigate('/projects');
  };
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete ${project.name}`}
      action={running ? 'Cancel what runs and delete' : 'Delete project'}
      typed={project.name}
      onConfirm={confirm}
    >
      Its agents, tools, workflows, credentials and executions go with it. This cannot be undone; archiving keeps everything.
    </ConfirmDialog>
  );
}

function CloneDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const clone = useCloneProject();
  const navigate = useNavigate();
  const submit = async (data: FormData) => {
    const copy = await clone.mutateAsync({ id: project.id, name: formText(data, 'name') });
    onClose();
    toast(`${copy.name} is ready. Credentials are copied without their secrets.`);
    await navigate(`/projects/${copy.id}`);
  };
  return (
    <Dialog open onOpenChange={onClose} title={`Clone ${project.name}`} description="Agents, tools, workflows and variables are copied; the secrets of credentials are not.">
      <form
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget)).catch(() => {});
        }}
      >
        <Field label="Name of the copy">
          <Input name="name" required defaultValue={`${project.name} copy`} autoFocus />
        </Field>
        <FormError>{clone.error ? messageOf(clone.error) : null}</FormError>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={clone.isPending}>
            Clone
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** What one may do with a project, wherever it stands. */
export function ProjectActions({ project }: { project: Project }) {
  const navigate = useNavigate();
  const patch = usePatchProject();
  const [dialog, setDialog] = useState<'clone' | 'delete' | null>(null);
  const archived = project.status === 'archived';

  const archive = () => {
    patch.mutate(
      { project, change: { status: archived ? 'active' : 'archived' } },
      { onSuccess: () => toast(archived ? `${project.name} is active again.` : `${project.name} is archived.`), onError: toastError },
    );
  };
  return (
    <>
      <Menu
        trigger={
          <Button variant="ghost" size="icon" className="relative" aria-label={`Actions for ${project.name}`}>
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={() => void navigate(`/projects/${project.id}/settings`)}>
          <Settings aria-hidden /> Settings
        </MenuItem>
        <MenuItem onSelect={() => setDialog('clone')}>
          <Copy aria-hidden /> Clone…
        </MenuItem>
        {allows(project.my_role, 'editor') && (
          <MenuItem onSelect={archive}>
            {archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
            {archived ? 'Make active' : 'Archive'}
          </MenuItem>
        )}
        {allows(project.my_role, 'owner') && (
          <>
            <MenuSeparator />
            <MenuItem danger onSelect={() => setDialog('delete')}>
              <Trash2 aria-hidden /> Delete…
            </MenuItem>
          </>
        )}
      </Menu>
      {dialog === 'clone' && <CloneDialog project={project} onClose={() => setDialog(null)} />}
      <DeleteProjectDialog project={project} open={dialog === 'delete'} onOpenChange={(open) => !open && setDialog(null)} />
    </>
  );
}
