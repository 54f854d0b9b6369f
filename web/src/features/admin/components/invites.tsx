import { useInfiniteQuery } from '@tanstack/react-query';
import { MailPlus, X } from 'lucide-react';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { messageOf } from '@/api/problem';
import { CodeBlock } from '@/components/code-block';
import { PagedList } from '@/components/paged-list';
import { RelativeTime } from '@/components/relative-time';
import { EmptyState } from '@/components/states';
import { Badge, type BadgeTone } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Section } from '@/components/ui/card';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { toastError } from '@/components/ui/toast';
import { formText } from '@/lib/form-text';
import { humanize } from '@/lib/format';
import { invitesQuery, useCreateInvite, useRevokeInvite } from '../api/users';

const TONES: Record<Schema<'InviteStatus'>, BadgeTone> = {
  pending: 'waiting',
  accepted: 'good',
  revoked: 'idle',
  expired: 'idle',
};

function NewInvite({ onClose }: { onClose: () => void }) {
  const create = useCreateInvite();
  if (create.data) {
    return (
      <div className="grid gap-3">
        <p className="text-[0.8125rem] text-muted">Send this address to whom you invite. It is shown only now and works once.</p>
        <CodeBlock text={`${window.location.origin}/register?invite=${create.data.token}`} title="Invite" />
        <DialogActions>
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </DialogActions>
      </div>
    );
  }
  return (
    <form
      className="grid gap-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const email = formText(data, 'email');
        create.mutate({ role: data.get('role') as Schema<'UserRole'>, ...(email ? { email } : {}) });
      }}
    >
      <Field label="E-mail" optional hint="When given, only this address may take the invite.">
        <Input name="email" type="email" autoFocus />
      </Field>
      <Field label="Role">
        <Select name="role" defaultValue="developer">
          <option value="viewer">Viewer</option>
          <option value="developer">Developer</option>
          <option value="admin">Administrator</option>
        </Select>
      </Field>
      <FormError>{create.error ? messageOf(create.error) : null}</FormError>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" busy={create.isPending}>
          Create invite
        </Button>
      </DialogActions>
    </form>
  );
}

export function Invites() {
  const query = useInfiniteQuery(invitesQuery());
  const revoke = useRevokeInvite();
  const [creating, setCreating] = useState(false);
  const add = (
    <Button onClick={() => setCreating(true)}>
      <MailPlus aria-hidden /> Invite somebody
    </Button>
  );
  return (
    <Section title="Invites" actions={add}>
      <PagedList
        query={query}
        noun="invite"
        empty={
          <EmptyState icon={MailPlus} title="No invites yet">
            An invite lets one person make an account, also while registration is by invitation only.
          </EmptyState>
        }
      >
        {(invites) => (
          <Table label="Invites">
            <thead>
              <tr>
                <Th>For</Th>
                <Th>Role</Th>
                <Th>State</Th>
                <Th>Expires</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {invites.map((invite) => (
                <Tr key={invite.id}>
                  <Td>{invite.email ?? 'Anybody with the address'}</Td>
                  <Td className="text-muted">{humanize(invite.role)}</Td>
                  <Td>
                    <Badge tone={TONES[invite.status]}>{humanize(invite.status)}</Badge>
                  </Td>
                  <Td className="whitespace-nowrap text-muted">
                    <RelativeTime time={invite.expires_at} />
                  </Td>
                  <Td className="text-right">
                    {invite.status === 'pending' && (
                      <Button variant="ghost" size="sm" aria-label={`Revoke the invite for ${invite.email ?? 'anybody'}`} onClick={() => revoke.mutate(invite.id, { onError: toastError })}>
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
      <Dialog open={creating} onOpenChange={setCreating} title="Invite somebody">
        <NewInvite onClose={() => setCreating(false)} />
      </Dialog>
    </Section>
  );
}
