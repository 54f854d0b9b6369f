import { client, unwrap } from '@/api/client';
import { useTitle } from '@/lib/use-title';
import { AccountForm, type AccountValues } from './account-form';
import { signIn } from './sign-in';

async function createAdministrator(values: AccountValues): Promise<void> {
  await unwrap(client.POST('/api/v1/auth/register', { body: values }));
  await signIn(values.email, values.password);
}

/** The first visit: nobody has an account yet. */
export function Component() {
  useTitle('Welcome aboard');
  return (
    <>
      <h1 className="text-xl font-semibold tracking-tight">Welcome aboard</h1>
      <p className="mt-1 mb-6 text-[0.8125rem] text-muted">
        This server is new. Create the administrator: that account invites everybody else and sees everything.
      </p>
      <AccountForm action="Create the administrator" onSubmit={createAdministrator} />
    </>
  );
}
