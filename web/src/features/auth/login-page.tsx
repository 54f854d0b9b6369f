import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { ApiProblem, messageOf } from '@/api/problem';
import { setupStatusQuery } from '@/api/queries/session';
import { PasswordInput } from '@/components/forms/password-input';
import { Button } from '@/components/ui/button';
import { Field, FormError } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { formText } from '@/lib/form-text';
import { formatDuration } from '@/lib/format';
import { useTitle } from '@/lib/use-title';
import { signIn } from './sign-in';

function explain(error: unknown): string {
  if (!(error instanceof ApiProblem)) return messageOf(error);
  if (error.status === 429 && error.retryAfter) return `${error.message} Try again in ${formatDuration(error.retryAfter * 1000)}.`;
  return error.message;
}

export function Component() {
  useTitle('Sign in');
  const { data: status } = useQuery(setupStatusQuery());
  const [search] = useSearchParams();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const submit = async (data: FormData) => {
    setBusy(true);
    setError(null);
    try {
      await signIn(formText(data, 'email'), formText(data, 'password'));
    } catch (thrown) {
      setError(explain(thrown));
      setBusy(false);
    }
  };

  return (
    <>
      <h1 className="mb-6 text-xl font-semibold tracking-tight">Sign in</h1>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <Field label="E-mail">
          <Input className="h-9" name="email" type="email" autoComplete="username" required autoFocus />
        </Field>
        <Field label="Password">
          <PasswordInput className="h-9" name="password" autoComplete="current-password" required />
        </Field>
        <FormError>{error}</FormError>
        <Button type="submit" variant="primary" size="lg" busy={busy}>
          Sign in
        </Button>
      </form>
      <p className="mt-5 text-[0.8125rem] text-muted">
        {status?.registration === 'open' && (
          <>
            No account yet?{' '}
            <Link className="text-accent underline underline-offset-2" to={{ pathname: '/register', search: search.toString() }}>
              Create one
            </Link>
          </>
        )}
        {status?.registration === 'invite' && (
          <>
            Were you invited?{' '}
            <Link className="text-accent underline underline-offset-2" to="/register">
              Use your invite
            </Link>
          </>
        )}
        {status?.registration === 'closed' && 'Accounts here are made by the administrator.'}
      </p>
    </>
  );
}
