import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { RouterProvider } from 'react-router';
import { makeQueryClient } from '@/api/query-client';
import { readTokens, watchTokens } from '@/api/session';
import { Toaster } from '@/components/ui/toast';
import { TooltipProvider } from '@/components/ui/tooltip';
import { makeRouter } from './router';

export function App() {
  const [queryClient] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter(queryClient));

  // Signed out here or in another tab: nothing of that person may stay on the screen.
  useEffect(() => {
    let wasIn = readTokens() !== null;
    return watchTokens(() => {
      const isIn = readTokens() !== null;
      if (wasIn && !isIn) queryClient.clear();
      if (wasIn !== isIn) void router.revalidate();
      wasIn = isIn;
    });
  }, [queryClient, router]);

  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={300}>
        <RouterProvider router={router} />
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
