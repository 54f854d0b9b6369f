import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { KeyRound, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { messageOf } from '@/api/problem';
import { CodeBlock } from '@/components/code-block';
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
import { formText } from '@/lib/form-text';
import { useTitle } from '@/lib/use-title';
import { apiKeysQuery, scopesQuery, useCreateApiKey, useDeleteApiKey } from './api/api-keys';

type ApiKey = Schema<'ApiKey'>;

const DAY = 86_400;
const LIFETIMES = [
  { label: '30 days', seconds: 30 * DAY },
  { label: '90 days', seconds: 90 * DAY },
  { label: 'A year', seconds: 365 * DAY },
  { label: 'Never', seconds: 0 },
];

function Scopes() {
  const { data } = useQuery(scopesQuery());
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1 text-[0.8125rem] font-medium">What it may do</legend>
      <p className="text-xs text-muted">With nothing ticked, all that you may.</p>
      <div className="grid max-h-44 gap-1 overflow-y-auto rounded-md border p-2">
        {data?.items.map((scope) => (
          <label key={scope.name} className="flex items-start gap-2 text-xs">
            <input type="checkbox" name="scopes" value={scope.name} className="mt-0.5 accent-[var(--accent)]" />
            <span>
              <code className="font-mono">{scope.name}</code> <span className="text-muted">{scope.description}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function NewKey({ onClose }: { onClose: () => void }) {
  const create = useCreateApiKey();
  const submit = (data: FormData) => {
    const scopes = data.getAll('scopes').map(String);
    const seconds = Number(data.get('expires'));
    create.mutate({
      name: formText(data, 'name'),
      ...(scopes.length > 0 ? { scopes } : {}),
      ...(seconds > 0 ? { expires_in: seconds } : {}),
    });
  };
  if (create.data) {
    return (
      <div className="grid gap-3">
        <p className="text-[0.8125rem] text-muted">
          This is <b className="font-medium text-ink">{create.data.name}</b>. Copy it now: it is stored hashed and cannot be shown again.
        </p>
        <CodeBlock text={create.data.api_key} title="API key" />
        <CodeBlock text={`export QUARTERDECK_API_KEY=${create.data.api_key}\ncurl ${window.location.origin}/api/v1/projects -H "X-API-Key: $QUARTERDECK_API_KEY"`} title="Try it" />
        <DialogActions>
          <Button variant="primary" onClick={onClose}>
            I have it
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
        submit(new FormData(event.currentTarget));
      }}
    >
      <Field label="Name" hint="Where it is used: ci, laptop, cron.">
        <Input name="name" required maxLength={100} autoFocus />
      </Field>
      <Field label="Expires in">
        <Select name="expires" defaultValue={90 * DAY}>
          {LIFETIMES.map(({ label, seconds }) => (
            <option key={label} value={seconds}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      <Scopes />
      <FormError>{create.error ? messageOf(create.error) : null}</FormError>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" busy={create.isPending}>
          Create key
        </Button>
      </DialogActions>
    </form>
  );
}

export function Component() {
  useTitle('API keys');
  const query = useInfiniteQuery(apiKeysQuery());
  const remove = useDeleteApiKey();
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<ApiKey | null>(null);
  const add = (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden /> New key
    </Button>
  );
  return (
    <Section title="API keys" actions={add}>
      <PagedList
        query={query}
        noun="key"
        empty={
          <EmptyState icon={KeyRound} title="No API keys yet" action={add} command={'export QUARTERDECK_API_KEY=…\nqd projects list'}>
            A key lets a program act for you: name it after where it is used, give it only what it needs, and delete it when it is done.
          </EmptyState>
        }
      >
        {(keys) => (
          <Table label="API keys">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>Begins with</Th>
                <Th className="hidden sm:table-cell">May do</Th>
                <Th>Expires</Th>
                <Th className="hidden sm:table-cell">Last used</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <Tr key={key.id}>
                  <Td className="font-medium">
                    {key.name} {key.is_default && <Badge tone="accent">Default</Badge>}
                  </Td>
                  <Td className="font-mono text-xs">{key.prefix}…</Td>
                  <Td className="hidden max-w-56 text-xs text-muted sm:table-cell">{key.scopes?.join(', ') ?? 'Everything that you may'}</Td>
                  <Td className="whitespace-nowrap text-muted">{key.expires_at ? <RelativeTime time={key.expires_at} /> : 'never'}</Td>
                  <Td className="hidden whitespace-nowrap text-muted sm:table-cell">
                    {key.last_used_at ? <RelativeTime time={key.last_used_at} /> : 'never'}
                  </Td>
                  <Td className="text-right">
                    <Button variant="ghost" size="sm" aria-label={`Delete ${key.name}`} onClick={() => setDeleting(key)}>
                      <Trash2 aria-hidden />
                    </Button>
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
      <Dialog open={creating} onOpenChange={setCreating} title="New API key">
        <NewKey onClose={() => setCreating(false)} />
      </Dialog>
      <ConfirmDialog
        open={deleting !== null}
        onOpenChange={() => setDeleting(null)}
        title={`Delete ${deleting?.name ?? ''}`}
        action="Delete key"
        onConfirm={async () => {
          await remove.mutateAsync(deleting?.id ?? '');
          toast('The key is gone: programs that use it are refused from now on.');
        }}
      >
        Programs that use this key are refused at once.
      </ConfirmDialog>
    </Section>
  );
}
