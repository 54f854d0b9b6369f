import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { client, unwrap } from '@/api/client';
import { setupStatusQuery } from '@/api/queries/session';
import { EmptyState } from '@/components/states';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { useTitle } from '@/lib/use-title';
import { AccountForm, type AccountValues } from './account-form';
import { signIn } from './sign-in';

export function Component() {
  useTitle('Create an account');
  const { data: status } = useQuery(setupStatusQuery());
  const [search] = useSearchParams();
  const [invite, setInvite] = useState(search.get('invite') ?? '');
  const invited = status?.registration === 'invite' || invite !== '';

  const register = async (values: AccountValues) => {
    const body = invite.trim() ? { ...values, invite: invite.trim() } : values;
    await unwrap(client.POST('/api/v1/auth/register', { body }));
    await signIn(values.email, values.password);
  };

  if (status?.registration === 'closed') {
    return (
      <>
        <h1 className="sr-only">Create an account</h1>
        <EmptyState
          icon={Lock}
          title="Registration is closed"
          action={
            <Button asChild>
              <Link to="/login">Sign in instead</Link>
            </Button>
          }
        >
          Ask the administrator of this server for an account.
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <h1 className="mb-6 text-xl font-semibold tracking-tight">Create an account</h1>
      {invited && (
        <Field label="Invite" hint="The code that the administrator sent you." className="mb-4">
          <Input className="h-9 font-mono" value={invite} onChange={(event) => setInvite(event.target.value)} />
        </Field>
      )}
      <AccountForm action="Create account" onSubmit={register} />
      <p className="mt-5 text-[0.8125rem] text-muted">
        Have an account?{' '}
        <Link className="text-accent underline underline-offset-2" to={{ pathname: '/login', search: search.toString() }}>
          Sign in
        </Link>
      </p>
    </>
  );
}
