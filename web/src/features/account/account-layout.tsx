import { Outlet } from 'react-router';
import { Page, PageHeader } from '@/components/page-header';
import { NavTabs } from '@/components/ui/tabs';

export function Component() {
  return (
    <Page className="max-w-4xl">
      <PageHeader title="Account" />
      <div className="mt-3 mb-6">
        <NavTabs
          label="Account"
          tabs={[
            { to: '/account', label: 'Profile', end: true },
            { to: '/account/api-keys', label: 'API keys' },
          ]}
        />
      </div>
      <Outlet />
    </Page>
  );
}
