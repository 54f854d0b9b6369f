import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Monitor, Moon, Sun } from 'lucide-react';
import { useRef, useState } from 'react';
import { client, unwrap, type Schema } from '@/api/client';
import { ApiProblem, messageOf } from '@/api/problem';
import { meQuery } from '@/api/queries/session';
import { PasswordInput } from '@/components/forms/password-input';
import { Button } from '@/components/ui/button';
import { Card, Section } from '@/components/ui/card';
import { Field, FormError } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { toast } from '@/components/ui/toast';
import { ToggleGroup } from '@/components/ui/toggle-group';
import { formText } from '@/lib/form-text';
import { humanize } from '@/lib/format';
import { setTheme, useTheme } from '@/lib/theme';
import { useTitle } from '@/lib/use-title';

function ProfileForm({ me }: { me: Schema<'User'> }) {
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (full_name: string) => unwrap(client.PATCH('/api/v1/auth/me', { body: { full_name } })),
    onSuccess: (user) => {
      queryClient.setQueryData(meQuery().queryKey, user);
      toast('Saved.');
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(formText(new FormData(event.currentTarget), 'full_name'));
      }}
    >
      <Field label="Name">
        <Input name="full_name" autoComplete="name" defaultValue={me.full_name} maxLength={200} />
      </Field>
      <Field label="E-mail" hint={`Signed in as ${humanize(me.role)}. An administrator may change both.`}>
        <Input value={me.email} readOnly disabled />
      </Field>
      <FormError>{save.error ? messageOf(save.error) : null}</FormError>
      <div>
        <Button type="submit" variant="primary" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

function PasswordForm() {
  const form = useRef<HTMLFormElement>(null);
  const [mismatch, setMismatch] = useState(false);
  const change = useMutation({
    mutationFn: (body: Schema<'PasswordDraft'>) => unwrap(client.POST('/api/v1/auth/password', { body })),
    onSuccess: () => {
      form.current?.reset();
      toast('Your password is changed.');
    },
  });
  const problem = change.error instanceof ApiProblem ? change.error : null;
  const named = problem?.faultAt('/current_password') ?? problem?.faultAt('/new_password');
  return (
    <form
      ref={form}
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const differs = data.get('new_password') !== data.get('again');
        setMismatch(differs);
        if (differs) return;
        change.mutate({
          current_password: formText(data, 'current_password'),
          new_password: formText(data, 'new_password'),
        });
      }}
    >
      <Field label="Current password" error={problem?.faultAt('/current_password')}>
        <PasswordInput name="current_password" autoComplete="current-password" required />
      </Field>
      <Field label="New password" hint="At least 8 characters." error={problem?.faultAt('/new_password')}>
        <PasswordInput name="new_password" autoComplete="new-password" minLength={8} required />
      </Field>
      <Field label="New password again" error={mismatch ? 'is not the same' : undefined}>
        <PasswordInput name="again" autoComplete="new-password" required />
      </Field>
      <FormError>{change.error && !named ? messageOf(change.error) : null}</FormError>
      <div>
        <Button type="submit" busy={change.isPending}>
          Change password
        </Button>
      </div>
    </form>
  );
}

const THEMES = [
  { value: 'system', label: 'System', icon: <><Monitor aria-hidden /> System</> },
  { value: 'light', label: 'Light', icon: <><Sun aria-hidden /> Light</> },
  { value: 'dark', label: 'Dark', icon: <><Moon aria-hidden /> Dark</> },
] as const;

export function Component() {
  useTitle('Profile');
  const { data: me } = useQuery(meQuery());
  const theme = useTheme();
  if (!me) return <SkeletonRows />;
  return (
    <div className="grid max-w-xl gap-8">
      <Section title="Profile">
        <Card className="p-4">
          <ProfileForm me={me} />
        </Card>
      </Section>
      <Section title="Appearance">
        <Card className="p-4">
          <ToggleGroup label="Theme" value={theme} onChange={setTheme} options={THEMES} />
        </Card>
      </Section>
      <Section title="Password">
        <Card className="p-4">
          <PasswordForm />
        </Card>
      </Section>
    </div>
  );
}
