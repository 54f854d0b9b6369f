import { Page, PageHeader } from '@/components/page-header';
import { useTitle } from '@/lib/use-title';
import { ExecutionList } from './components/execution-list';

export function Component() {
  useTitle('Executions');
  return (
    <Page wide>
      <PageHeader title="Executions" className="mb-4" />
      <ExecutionList />
    </Page>
  );
}
