import { Link } from 'react-router';
import type { Schema } from '@/api/client';
import { RelativeTime } from '@/components/relative-time';
import { StatusBadge } from '@/components/status-badge';
import { Badge } from '@/components/ui/badge';
import { rowLink, Table, Td, Th, Tr } from '@/components/ui/table';
import { formatCost, formatDuration, humanize, shortId } from '@/lib/format';
import { isFinal } from '@/lib/status';
import { useNow } from '@/lib/use-now';
import { waitingWords } from '@/lib/waiting';

type Execution = Schema<'Execution'>;

/** How long it took, or has been taking until now. */
export function Elapsed({ execution }: { execution: Execution }) {
  const running = !isFinal(execution.status) && !!execution.started_at;
  const now = useNow(running ? 'second' : 'still');
  if (execution.duration_ms != null && !running) return formatDuration(execution.duration_ms);
  if (!execution.started_at) return '–';
  const end = execution.finished_at ? new Date(execution.finished_at).getTime() : now;
  return formatDuration(Math.max(0, end - new Date(execution.started_at).getTime()));
}

interface ExecutionTableProps {
  executions: Execution[];
  label?: string;
  /** Where rows can be selected. */
  selection?: { ids: ReadonlySet<string>; onToggle: (id: string) => void };
}

export function ExecutionTable({ executions, label = 'Executions', selection }: ExecutionTableProps) {
  return (
    <Table label={label}>
      <thead>
        <tr>
          {selection && (
            <Th className="w-8 pr-0">
              <span className="sr-only">Selected</span>
            </Th>
          )}
          <Th>Name</Th>
          <Th>Status</Th>
          <Th className="hidden md:table-cell">Trigger</Th>
          <Th>Started</Th>
          <Th className="hidden text-right sm:table-cell">Duration</Th>
          <Th className="hidden text-right sm:table-cell">Cost</Th>
        </tr>
      </thead>
      <tbody>
        {executions.map((execution) => (
          <Tr key={execution.id}>
            {selection && (
              <Td className="relative z-1 w-8 pr-0">
                <input
                  type="checkbox"
                  className="block size-4 accent-primary"
                  aria-label={`Select ${execution.name} ${shortId(execution.id)}`}
                  checked={selection.ids.has(execution.id)}
                  onChange={() => selection.onToggle(execution.id)}
                />
              </Td>
            )}
            <Td className="max-w-72">
              <div className="flex items-baseline gap-2">
                <Link to={`/executions/${execution.id}`} className={`${rowLink} truncate`}>
                  {execution.name}
                </Link>
                <span className="font-mono text-xs text-faint">{shortId(execution.id)}</span>
                {execution.test != null && <Badge tone="outline">Test run</Badge>}
              </div>
            </Td>
            <Td className="whitespace-nowrap">
              <StatusBadge status={execution.status} />
              {execution.waiting_for && !isFinal(execution.status) && (
                <span className="ml-2 hidden text-xs text-muted lg:inline">{waitingWords(execution.waiting_for)}</span>
              )}
            </Td>
            <Td className="hidden text-muted md:table-cell">{humanize(execution.trigger)}</Td>
            <Td className="whitespace-nowrap text-muted">
              <RelativeTime time={execution.created_at} />
            </Td>
            <Td className="hidden text-right whitespace-nowrap tabular sm:table-cell">
              <Elapsed execution={execution} />
            </Td>
            <Td className="hidden text-right whitespace-nowrap text-muted tabular sm:table-cell">
              {formatCost(execution.cost_usd)}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
