import { useInfiniteQuery } from '@tanstack/react-query';
import { CircleCheckBig } from 'lucide-react';
import { approvalsQuery } from '@/api/queries/approvals';
import { ApprovalCard } from '@/components/approval-card';
import { Page, PageHeader } from '@/components/page-header';
import { PagedList } from '@/components/paged-list';
import { EmptyState } from '@/components/states';
import { ToggleGroup } from '@/components/ui/toggle-group';
import { useSearchState } from '@/lib/use-search-state';
import { useTitle } from '@/lib/use-title';

const SHOWN = [
  { value: 'pending', label: 'Waiting' },
  { value: 'all', label: 'All' },
] as const;

export function Component() {
  useTitle('Approvals');
  const { get, set } = useSearchState();
  const shown = get('show') === 'all' ? 'all' : 'pending';
  const query = useInfiniteQuery({
    ...approvalsQuery({ status: shown === 'pending' ? 'pending' : undefined }),
    refetchInterval: 5000,
  });
  return (
    <Page className="max-w-3xl">
      <PageHeader
        title="Approvals"
        description="Where a workflow asks a person before it goes on."
        actions={<ToggleGroup label="Which approvals" value={shown} options={SHOWN} onChange={(next) => set({ show: next === 'all' ? 'all' : '' })} />}
      />
      <h2 className="sr-only">Questions</h2>
      <div className="mt-5">
        <PagedList
          query={query}
          noun="approval"
          empty={
            <EmptyState
              icon={CircleCheckBig}
              title={shown === 'pending' ? 'Nothing waits for you' : 'Nobody was asked yet'}
              command={`- id: sign_off\n  type: approval\n  with:\n    title: "File this bug?"\n    approvers: {roles: [operator]}\n    expires_in: 48h`}
            >
              A workflow with a node like this one stops there until somebody decides; the question then stands here.
            </EmptyState>
          }
        >
          {(approvals) => (
            <div className="grid gap-3">
              {approvals.map((approval) => (
                <ApprovalCard key={approval.id} approval={approval} linked />
              ))}
            </div>
          )}
        </PagedList>
      </div>
    </Page>
  );
}
