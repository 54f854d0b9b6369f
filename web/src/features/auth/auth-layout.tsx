import { Outlet } from 'react-router';
import { Mark } from '@/components/logo';

export function Component() {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-2.5">
          <Mark className="size-8" />
          <span className="text-base font-semibold tracking-tight">Quarterdeck</span>
        </div>
        <Outlet />
      </div>
    </main>
  );
}
