import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Ellipsis, SearchX, Trash2, UserCheck, UserX } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { Schema } from '@/api/client';
import { meQuery } from '@/api/queries/session';
import { Page, PageHeader } from '@/components/page-header';
import { PagedList } from '@/components/paged-list';
import { RelativeTime } from '@/components/relative-time';
import { SearchInput } from '@/components/search-input';
import { EmptyState } from '@/components/states';
import { Avatar } from '@/components/ui/avatar';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Select } from '@/components/ui/input';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { toast, toastError } from '@/components/ui/toast';
import { useSearchState } from '@/lib/use-search-state';
import { useTitle } from '@/lib/use-title';
import { useDeleteUser, usePatchUser, usersQuery } from './api/users';
import { Invites } from './components/invites';

type User = Schema<'User'>;

function UserRow({ user, isMe, onDelete }: { user: User; isMe: boolean; onDelete: () => void }) {
  const patch = usePatchUser();
  const name = user.full_name || user.email;
  const change = (body: Schema<'UserPatch'>, done: string) =>
    patch.mutate({ user, change: body }, { onSuccess: () => toast(done), onError: toastError });
  return (
    <Tr>
      <Td>
        <span className="flex items-center gap-2.5">
          <Avatar name={name} />
          <span className="min-w-0">
            <span className="block font-medium">
              {name} {isMe && <span className="font-normal text-faint">(you)</span>}
            </span>
            {user.full_name && <span className="block text-xs text-muted">{user.email}</span>}
          </span>
          {user.disabled && <Badge tone="bad">Disabled</Badge>}
        </span>
      </Td>
      <Td>
        <Select
          className="h-7 w-auto text-xs"
          aria-label={`Role of ${name}`}
          value={user.role}
          disabled={isMe}
          onChange={(event) => change({ role: event.target.value as User['role'] }, `${name} is ${event.target.value} now.`)}
        >
          <option value="viewer">Viewer</option>
          <option value="developer">Developer</option>
          <option value="admin">Administrator</option>
        </Select>
      </Td>
      <Td className="hidden whitespace-nowrap text-muted sm:table-cell">
        {user.last_login_at ? <RelativeTime time={user.last_login_at} /> : 'never'}
      </Td>
      <Td className="hidden whitespace-nowrap text-muted sm:table-cell">
        <RelativeTime time={user.created_at} />
      </Td>
      <Td className="text-right">
        {!isMe && (
          <Menu
            trigger={
              <Button variant="ghost" size="icon" aria-label={`Actions for ${name}`}>
                <Ellipsis aria-hidden />
              </Button>
            }
          >
            <MenuItem onSelect={() => change({ disabled: !user.disabled }, user.disabled ? `${name} may sign in again.` : `${name} is signed out everywhere.`)}>
              {user.disabled ? <UserCheck aria-hidden /> : <UserX aria-hidden />}
              {user.disabled ? 'Enable' : 'Disable'}
            </MenuItem>
            <MenuSeparator />
            <MenuItem danger onSelect={onDelete}>
              <Trash2 aria-hidden /> Delete…
            </MenuItem>
          </Menu>
        )}
      </Td>
    </Tr>
  );
}

export function Component() {
  useTitle('Users');
  const { get, set } = useSearchState();
  const { data: me } = useQuery(meQuery());
  const query = useInfiniteQuery({ ...usersQuery(get('q').trim()), placeholderData: keepPreviousData });
  const remove = useDeleteUser();
  const [deleting, setDeleting] = useState<User | null>(null);
  const search = useCallback((text: string) => set({ q: text }), [set]);
  return (
    <Page>
      <PageHeader title="Users" description="Everybody with an account on this server." />
      <SearchInput label="Search users" value={get('q')} onChange={search} className="mt-4 mb-3" />
      <PagedList query={query} noun="user" empty={<EmptyState icon={SearchX} title="Nobody goes by that name" />}>
        {(users) => (
          <Table label="Users">
            <thead>
              <tr>
                <Th>Person</Th>
                <Th>Role</Th>
                <Th className="hidden sm:table-cell">Last signed in</Th>
                <Th className="hidden sm:table-cell">Joined</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {users.map((user) => (
                <UserRow key={user.id} user={user} isMe={user.id === me?.id} onDelete={() => setDeleting(user)} />
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
      <div className="mt-8">
        <Invites />
      </div>
      <ConfirmDialog
        open={deleting !== null}
        onOpenChange={() => setDeleting(null)}
        title={`Delete ${deleting?.email ?? ''}`}
        action="Delete user"
        {...(deleting ? { typed: deleting.email } : {})}
        onConfirm={() => remove.mutateAsync(deleting?.id ?? '')}
      >
        The account and its keys are gone at once; what the person made stays. Disabling keeps the account.
      </ConfirmDialog>
    </Page>
  );
}
