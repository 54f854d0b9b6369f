import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText, SearchX } from 'lucide-react';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { Facts } from '@/components/definition-list';
import { JsonView } from '@/components/json-view';
import { Page, PageHeader } from '@/components/page-header';
import { PagedList } from '@/components/paged-list';
import { EmptyState } from '@/components/states';
import { Button } from '@/components/ui/button';
import { Drawer } from '@/components/ui/dialog';
import { Select } from '@/components/ui/input';
import { rowLink, Table, Td, Th, Tr } from '@/components/ui/table';
import { formatTime, shortId } from '@/lib/format';
import { useSearchState } from '@/lib/use-search-state';
import { useTitle } from '@/lib/use-title';
import { auditQuery } from './api/audit';

type AuditRecord = Schema<'AuditRecord'>;

const AREAS = ['session', 'user', 'api_key', 'invite', 'project', 'member', 'variable', 'credential', 'agent', 'tool', 'workflow', 'execution', 'approval'];

function RecordDrawer({ record, onClose }: { record: AuditRecord | null; onClose: () => void }) {
  return (
    <Drawer open={record !== null} onOpenChange={onClose} title={record?.action} description={record && formatTime(record.at)}>
      {record && (
        <div className="grid gap-5 p-5">
          <Facts
            facts={[
              ['Who', record.actor_email ?? 'nobody signed in'],
              ['What', `${record.target_type} ${record.target_id}`],
              ['From', record.remote_address || 'unknown'],
              ['Request', <code key="request" className="font-mono text-xs">{record.request_id}</code>],
            ]}
          />
          <JsonView value={record.details} title="Details" />
        </div>
      )}
    </Drawer>
  );
}

export function Component() {
  useTitle('Audit');
  const { get, set } = useSearchState();
  const area = get('area');
  const query = useInfiniteQuery({
    ...auditQuery(area ? { action: `${area}.*` } : {}),
    placeholderData: keepPreviousData,
  });
  const [selected, setSelected] = useState<AuditRecord | null>(null);
  const empty = area ? (
    <EmptyState icon={SearchX} title="Nothing of this kind happened" action={<Button onClick={() => set({ area: '' })}>Show everything</Button>} />
  ) : (
    <EmptyState icon={ScrollText} title="Nothing is recorded yet" />
  );
  return (
    <Page wide>
      <PageHeader title="Audit" description="Who did what, when and from where. Records are only ever added." />
      <Select className="mt-4 mb-3 w-auto" aria-label="Kind" value={area} onChange={(event) => set({ area: event.target.value })}>
        <option value="">Everything</option>
        {AREAS.map((one) => (
          <option key={one} value={one}>
            {one.replace('_', ' ')}
          </option>
        ))}
      </Select>
      <PagedList query={query} noun="record" empty={empty}>
        {(records) => (
          <Table label="Audit records">
            <thead>
              <tr>
                <Th>When</Th>
                <Th>Who</Th>
                <Th>What</Th>
                <Th className="hidden sm:table-cell">Of</Th>
                <Th className="hidden md:table-cell">From</Th>
              </tr>
            </thead>
            <tbody>
              {records.map((record) => (
                <Tr key={record.id} className="hover:bg-hover/50">
                  <Td className="whitespace-nowrap text-muted tabular">{formatTime(record.at)}</Td>
                  <Td className="max-w-56 truncate">{record.actor_email ?? '–'}</Td>
                  <Td>
                    <button type="button" className={`${rowLink} rounded font-mono text-xs`} onClick={() => setSelected(record)}>
                      {record.action}
                    </button>
                  </Td>
                  <Td className="hidden text-muted sm:table-cell">
                    {record.target_type} <span className="font-mono text-xs text-faint">{shortId(record.target_id)}</span>
                  </Td>
                  <Td className="hidden font-mono text-xs text-muted md:table-cell">{record.remote_address}</Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
      <RecordDrawer record={selected} onClose={() => setSelected(null)} />
    </Page>
  );
}
