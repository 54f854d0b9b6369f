import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { UserPlus, Users, X } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { Schema } from '@/api/client';
import { messageOf } from '@/api/problem';
import { projectQuery } from '@/api/queries/projects';
import { meQuery } from '@/api/queries/session';
import { PagedList } from '@/components/paged-list';
import { RelativeTime } from '@/components/relative-time';
import { EmptyState } from '@/components/states';
import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { Section } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { toast, toastError } from '@/components/ui/toast';
import { formText } from '@/lib/form-text';
import { humanize } from '@/lib/format';
import { membersQuery, useChangeMembers } from './api/members';
import { allows, ROLES } from './lib/roles';

type Role = Schema<'ProjectRole'>;
type Member = Schema<'Member'>;

function AddDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const change = useChangeMembers(projectId);
  const submit = (data: FormData) => {
    const body = { email: formText(data, 'email'), role: data.get('role') as Role };
    change.mutate(
      { kind: 'add', body },
      {
        onSuccess: () => {
          toast(`${body.email} is a member now.`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog open onOpenChange={onClose} title="Add a member">
      <form
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <Field label="E-mail" hint="Of somebody who has an account on this server.">
          <Input name="email" type="email" required autoFocus />
        </Field>
        <Field label="Role">
          <Select name="role" defaultValue="editor">
            {ROLES.map(({ role, says }) => (
              <option key={role} value={role}>
                {humanize(role)}: {says}
              </option>
            ))}
          </Select>
        </Field>
        <FormError>{change.error ? messageOf(change.error) : null}</FormError>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={change.isPending}>
            Add member
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

export function Component() {
  const { projectId = '' } = useParams();
  const query = useInfiniteQuery(membersQuery(projectId));
  const { data: project } = useQuery(projectQuery(projectId));
  const { data: me } = useQuery(meQuery());
  const change = useChangeMembers(projectId);
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const owner = allows(project?.my_role, 'owner');
  const nameOf = (member: Member) => member.full_name || member.email;

  return (
    <Section
      title="Members"
      actions={
        owner && (
          <Button onClick={() => setAdding(true)}>
            <UserPlus aria-hidden /> Add member
          </Button>
        )
      }
    >
      <PagedList query={query} noun="member" empty={<EmptyState icon={Users} title="Nobody is a member">Only administrators see this project.</EmptyState>}>
        {(members) => (
          <Table label="Members">
            <thead>
              <tr>
                <Th>Person</Th>
                <Th>Role</Th>
                <Th className="hidden sm:table-cell">Since</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {members.map((member) => (
                <Tr key={member.user_id}>
                  <Td>
                    <span className="flex items-center gap-2.5">
                      <Avatar name={nameOf(member)} />
                      <span className="min-w-0">
                        <span className="block font-medium">{nameOf(member)}</span>
                        {member.full_name && <span className="block text-xs text-muted">{member.email}</span>}
                      </span>
                    </span>
                  </Td>
                  <Td>
                    {owner ? (
                      <Select
                        className="h-7 w-auto text-xs"
                        aria-label={`Role of ${nameOf(member)}`}
                        value={member.role}
                        onChange={(event) =>
                          change.mutate({ kind: 'role', userId: member.user_id, role: event.target.value as Role }, { onError: toastError })
                        }
                      >
                        {ROLES.map(({ role }) => (
                          <option key={role} value={role}>
                            {humanize(role)}
                          </option>
                        ))}
                      </Select>
                    ) : (
                      humanize(member.role)
                    )}
                  </Td>
                  <Td className="hidden text-muted sm:table-cell">
                    <RelativeTime time={member.created_at} />
                  </Td>
                  <Td className="text-right">
                    {(owner || member.user_id === me?.id) && (
                      <Button
                        variant="ghost"
                        size="sm"
                        aria-label={member.user_id === me?.id ? 'Leave the project' : `Remove ${nameOf(member)}`}
                        onClick={() => setLeaving(member)}
                      >
                        <X aria-hidden />
                      </Button>
                    )}
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
      {adding && <AddDialog projectId={projectId} onClose={() => setAdding(false)} />}
      <ConfirmDialog
        open={leaving !== null}
        onOpenChange={() => setLeaving(null)}
        title={leaving?.user_id === me?.id ? 'Leave this project' : `Remove ${leaving ? nameOf(leaving) : ''}`}
        action={leaving?.user_id === me?.id ? 'Leave' : 'Remove'}
        onConfirm={() => change.mutateAsync({ kind: 'remove', userId: leaving?.user_id ?? '' })}
      >
        They lose their access at once. What they made stays.
      </ConfirmDialog>
    </Section>
  );
}
