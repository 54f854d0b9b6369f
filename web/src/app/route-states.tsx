import { Compass } from 'lucide-react';
import { isRouteErrorResponse, Link, useRevalidator, useRouteError } from 'react-router';
import { Mark } from '@/components/logo';
import { EmptyState, ErrorState } from '@/components/states';
import { Button } from '@/components/ui/button';
import { useTitle } from '@/lib/use-title';

/** While the session is restored. */
export function Splash() {
  return (
    <div role="status" aria-label="Loading" className="grid min-h-dvh place-items-center">
      <Mark className="size-10 animate-beat" />
    </div>
  );
}

export function NotFound() {
  useTitle('Not found');
  return (
    <div className="mx-auto max-w-2xl px-4 py-16">
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        icon={Compass}
        title="Off the chart"
        action={
          <Button asChild>
            <Link to="/">Back to home</Link>
          </Button>
        }
      >
        There is no page at this address.
      </EmptyState>
    </div>
  );
}

/** What a page that threw leaves behind. */
export function RouteError() {
  const error = useRouteError();
  const { revalidate } = useRevalidator();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  // After an update of the server the old page's chunks are gone: a reload brings the new ones.
  const outdated = error instanceof TypeError && /dynamically imported module/.test(error.message);
  const retry = () => {
    if (outdated) window.location.reload();
    else void revalidate();
  };
  return (
    <main className="mx-auto max-w-2xl px-4 py-16">
      <h1 className="sr-only">Something went wrong</h1>
      <ErrorState error={error} onRetry={retry} />
    </main>
  );
}
