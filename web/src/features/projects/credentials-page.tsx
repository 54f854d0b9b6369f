import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { KeyRound, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { Schema } from '@/api/client';
import { messageOf } from '@/api/problem';
import { projectQuery } from '@/api/queries/projects';
import { PasswordInput } from '@/components/forms/password-input';
import { PagedList } from '@/components/paged-list';
import { RelativeTime } from '@/components/relative-time';
import { EmptyState } from '@/components/states';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Section } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { toast } from '@/components/ui/toast';
import { credentialsQuery, useChangeCredential } from './api/credentials';
import { CREDENTIAL_TYPES, readCredential, shownOf } from './lib/credential-fields';
import { allows } from './lib/roles';

type Credential = Schema<'Credential'>;
type Type = Schema<'CredentialType'>;

interface CredentialDialogProps {
  projectId: string;
  credential: Credential | null;
  onClose: () => void;
}

function CredentialDialog({ projectId, credential, onClose }: CredentialDialogProps) {
  const change = useChangeCredential(projectId);
  const [type, setType] = useState<Type>(credential?.type ?? 'bearer');
  const submit = (data: FormData) => {
    const texts = Object.fromEntries([...data].map(([name, value]) => [name, typeof value === 'string' ? value : '']));
    const body = {
      name: texts['name'] ?? '',
      type,
      description: texts['description'] ?? '',
      value: readCredential(type, texts),
    };
    change.mutate(credential ? { kind: 'replace', id: credential.id, body } : { kind: 'create', body }, {
      onSuccess: () => {
        toast(`${body.name} is stored.`);
        onClose();
      },
    });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={credential ? `Change ${credential.name}` : 'New credential'}
      description="Encrypted at rest and never shown again, here or in any log."
    >
      <form
        className="grid gap-3.5"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <Field label="Name" hint="Workflows and tools name it so.">
          <Input name="name" className="font-mono text-xs" defaultValue={credential?.name} required maxLength={100} pattern="[A-Za-z0-9._\-]+" autoFocus />
        </Field>
        <Field label="Kind">
          <Select value={type} onChange={(event) => setType(event.target.value as Type)}>
            {Object.entries(CREDENTIAL_TYPES).map(([value, { label }]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
        {CREDENTIAL_TYPES[type].fields.map((field) => (
          <Field key={`${type}-${field.name}`} label={field.label} hint={field.secret && credential?.filled ? 'Leave empty to keep the stored one.' : undefined}>
            {field.secret ? (
              <PasswordInput name={field.name} autoComplete="off" required={!credential?.filled} />
            ) : (
              <Input name={field.name} required defaultValue={credential ? shownOf(credential, field) : ''} />
            )}
          </Field>
        ))}
        <Field label="Description" optional>
          <Input name="description" defaultValue={credential?.description} />
        </Field>
        <FormError>{change.error ? messageOf(change.error) : null}</FormError>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={change.isPending}>
            Store
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

export function Component() {
  const { projectId = '' } = useParams();
  const query = useInfiniteQuery(credentialsQuery(projectId));
  const { data: project } = useQuery(projectQuery(projectId));
  const change = useChangeCredential(projectId);
  const [editing, setEditing] = useState<Credential | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Credential | null>(null);
  const editor = allows(project?.my_role, 'editor');
  const add = editor && (
    <Button onClick={() => setEditing('new')}>
      <Plus aria-hidden /> New credential
    </Button>
  );

  return (
    <Section title="Credentials" actions={add}>
      <PagedList
        query={query}
        noun="credential"
        empty={
          <EmptyState icon={KeyRound} title="No credentials yet" action={add}>
            Keys and passwords that tools and models need. They are joined to a request at the very last moment; no expression, log or
            answer ever holds them.
          </EmptyState>
        }
      >
        {(credentials) => (
          <Table label="Credentials">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>Kind</Th>
                <Th>Secret</Th>
                <Th className="hidden md:table-cell">Description</Th>
                <Th className="hidden sm:table-cell">Last used</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {credentials.map((credential) => (
                <Tr key={credential.id}>
                  <Td className="font-mono text-xs font-medium">{credential.name}</Td>
                  <Td className="text-muted">
                    {CREDENTIAL_TYPES[credential.type].label}
                    {(credential.username || credential.parameter) && (
                      <span className="ml-1.5 font-mono text-xs">{credential.username || credential.parameter}</span>
                    )}
                  </Td>
                  <Td>{credential.filled ? <span className="text-muted">••••••••</span> : <Badge tone="waiting">To be filled in</Badge>}</Td>
                  <Td className="hidden max-w-64 truncate text-muted md:table-cell">{credential.description}</Td>
                  <Td className="hidden whitespace-nowrap text-muted sm:table-cell">
                    {credential.last_used_at ? <RelativeTime time={credential.last_used_at} /> : 'never'}
                  </Td>
                  <Td className="text-right whitespace-nowrap">
                    {editor && (
                      <>
                        <Button variant="ghost" size="sm" aria-label={`Change ${credential.name}`} onClick={() => setEditing(credential)}>
                          <Pencil aria-hidden />
                        </Button>
                        <Button variant="ghost" size="sm" aria-label={`Delete ${credential.name}`} onClick={() => setDeleting(credential)}>
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
      {editing && <CredentialDialog projectId={projectId} credential={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      <ConfirmDialog
        open={deleting !== null}
        onOpenChange={() => setDeleting(null)}
        title={`Delete ${deleting?.name ?? ''}`}
        action="Delete credential"
        onConfirm={() => change.mutateAsync({ kind: 'delete', id: deleting?.id ?? '' })}
      >
        Tools and workflows that name it will fail from then on.
      </ConfirmDialog>
    </Section>
  );
}
