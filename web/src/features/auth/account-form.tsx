import { useState } from 'react';
import { ApiProblem, messageOf } from '@/api/problem';
import { PasswordInput } from '@/components/forms/password-input';
import { Button } from '@/components/ui/button';
import { Field, FormError } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { formText } from '@/lib/form-text';

export interface AccountValues {
  full_name: string;
  email: string;
  password: string;
}

interface AccountFormProps {
  action: string;
  onSubmit: (values: AccountValues) => Promise<void>;
}

/** What every new account begins with. */
export function AccountForm({ action, onSubmit }: AccountFormProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const faultAt = (path: string) => (error instanceof ApiProblem ? error.faultAt(path) : undefined);
  const named = ['/full_name', '/email', '/password'].some((path) => faultAt(path));

  const submit = async (data: FormData) => {
    setBusy(true);
    setError(null);
    try {
      await onSubmit({
        full_name: formText(data, 'full_name').trim(),
        email: formText(data, 'email').trim(),
        password: formText(data, 'password'),
      });
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      <Field label="Name" optional error={faultAt('/full_name')}>
        <Input className="h-9" name="full_name" autoComplete="name" maxLength={200} autoFocus />
      </Field>
      <Field label="E-mail" error={faultAt('/email')}>
        <Input className="h-9" name="email" type="email" autoComplete="username" required />
      </Field>
      <Field label="Password" hint="At least 8 characters; a few words are best." error={faultAt('/password')}>
        <PasswordInput className="h-9" name="password" autoComplete="new-password" minLength={8} required />
      </Field>
      <FormError>{error && !named ? messageOf(error) : null}</FormError>
      <Button type="submit" variant="primary" size="lg" busy={busy}>
        {action}
      </Button>
    </form>
  );
}
