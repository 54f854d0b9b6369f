import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Pencil, Plus, Trash2, Variable as VariableIcon } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { Schema } from '@/api/client';
import { messageOf } from '@/api/problem';
import { projectQuery } from '@/api/queries/projects';
import { PagedList } from '@/components/paged-list';
import { RelativeTime } from '@/components/relative-time';
import { EmptyState } from '@/components/states';
import { Button } from '@/components/ui/button';
import { Section } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { toast } from '@/components/ui/toast';
import { formText } from '@/lib/form-text';
import { useChangeVariable, variablesQuery } from './api/variables';
import { allows } from './lib/roles';
import { readValue, writeValue } from './lib/variable-value';

type Variable = Schema<'Variable'>;

interface VariableDialogProps {
  projectId: string;
  variable: Variable | null;
  onClose: () => void;
}

function VariableDialog({ projectId, variable, onClose }: VariableDialogProps) {
  const change = useChangeVariable(projectId);
  const submit = (data: FormData) => {
    const name = variable?.name ?? formText(data, 'name');
    change.mutate(
      { name, body: { value: readValue(formText(data, 'value')), description: formText(data, 'description') } },
      {
        onSuccess: () => {
          toast(`${name} is saved.`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog open onOpenChange={onClose} title={variable ? `Change ${variable.name}` : 'New variable'}>
      <form
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        {!variable && (
          <Field label="Name" hint="Expressions read it as vars.NAME.">
            <Input name="name" className="font-mono text-xs" required maxLength={64} pattern="[A-Za-z_][A-Za-z0-9_]*" autoFocus />
          </Field>
        )}
        <Field label="Value" hint="Text, or JSON: 42, true, a list, an object.">
          <Textarea name="value" className="font-mono text-xs" defaultValue={variable ? writeValue(variable.value) : ''} autoFocus={variable !== null} />
        </Field>
        <Field label="Description" optional>
          <Input name="description" defaultValue={variable?.description} />
        </Field>
        <FormError>{change.error ? messageOf(change.error) : null}</FormError>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={change.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

export function Component() {
  const { projectId = '' } = useParams();
  const query = useInfiniteQuery(variablesQuery(projectId));
  const { data: project } = useQuery(projectQuery(projectId));
  const change = useChangeVariable(projectId);
  const [editing, setEditing] = useState<Variable | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Variable | null>(null);
  const editor = allows(project?.my_role, 'editor');
  const add = editor && (
    <Button onClick={() => setEditing('new')}>
      <Plus aria-hidden /> New variable
    </Button>
  );

  return (
    <Section title="Variables" actions={add}>
      <PagedList
        query={query}
        noun="variable"
        empty={
          <EmptyState
            icon={VariableIcon}
            title="No variables yet"
            action={add}
            command={`curl -X PUT ${window.location.origin}/api/v1/projects/${projectId}/variables/base_url \\\n  -H "X-API-Key: $QUARTERDECK_API_KEY" -H "Content-Type: application/json" \\\n  -d '{"value": "https://tracker.example"}'`}
          >
            What several workflows share and people change: addresses, limits, names. Expressions read them as{' '}
            <code className="font-mono text-xs">vars.name</code>. Secrets belong in Credentials.
          </EmptyState>
        }
      >
        {(variables) => (
          <Table label="Variables">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>Value</Th>
                <Th className="hidden md:table-cell">Description</Th>
                <Th className="hidden sm:table-cell">Updated</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {variables.map((variable) => (
                <Tr key={variable.name}>
                  <Td className="font-mono text-xs font-medium">{variable.name}</Td>
                  <Td className="max-w-72 truncate font-mono text-xs" title={writeValue(variable.value)}>
                    {writeValue(variable.value)}
                  </Td>
                  <Td className="hidden max-w-72 truncate text-muted md:table-cell">{variable.description}</Td>
                  <Td className="hidden whitespace-nowrap text-muted sm:table-cell">
                    <RelativeTime time={variable.updated_at} />
                  </Td>
                  <Td className="text-right whitespace-nowrap">
                    {editor && (
                      <>
                        <Button variant="ghost" size="sm" aria-label={`Change ${variable.name}`} onClick={() => setEditing(variable)}>
                          <Pencil aria-hidden />
                        </Button>
                        <Button variant="ghost" size="sm" aria-label={`Delete ${variable.name}`} onClick={() => setDeleting(variable)}>
                          <Trash2 aria-hidden />
                        </Button>
                      </>
                    )}
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
      {editing && <VariableDialog projectId={projectId} variable={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      <ConfirmDialog
        open={deleting !== null}
        onOpenChange={() => setDeleting(null)}
        title={`Delete ${deleting?.name ?? ''}`}
        action="Delete variable"
        onConfirm={() => change.mutateAsync({ name: deleting?.name ?? '', body: null })}
      >
        Expressions that read it will fail from then on.
      </ConfirmDialog>
    </Section>
  );
}
