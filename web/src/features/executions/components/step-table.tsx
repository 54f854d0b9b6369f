import type { Schema } from '@/api/client';
import { StatusBadge } from '@/components/status-badge';
import { rowLink, Table, Td, Th, Tr } from '@/components/ui/table';
import { formatCost, formatDuration } from '@/lib/format';
import { readError } from '../lib/step-error';

interface StepTableProps {
  steps: readonly Schema<'Step'>[];
  nameOf: (nodeId: string) => string;
  onSelect: (stepId: string) => void;
}

export function StepTable({ steps, nameOf, onSelect }: StepTableProps) {
  if (steps.length === 0) return <p className="py-6 text-center text-[0.8125rem] text-muted">No step has begun yet.</p>;
  return (
    <Table label="Steps">
      <thead>
        <tr>
          <Th>Step</Th>
          <Th className="hidden sm:table-cell">Type</Th>
          <Th>Status</Th>
          <Th className="hidden text-right sm:table-cell">Attempt</Th>
          <Th className="text-right">Duration</Th>
          <Th className="hidden text-right sm:table-cell">Cost</Th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => (
          <Tr key={step.id} className="hover:bg-hover/50">
            <Td className="max-w-64">
              <button type="button" className={`${rowLink} block max-w-full truncate rounded text-left`} onClick={() => onSelect(step.id)}>
                {nameOf(step.node_id)}
              </button>
            </Td>
            <Td className="hidden text-muted sm:table-cell">{step.type}</Td>
            <Td className="max-w-80">
              <span className="flex items-center gap-2">
                <StatusBadge status={step.status} />
                <span className="truncate text-xs text-muted">
                  {step.status === 'failed' ? readError(step.error)?.message : step.explanation}
                </span>
              </span>
            </Td>
            <Td className="hidden text-right text-muted tabular sm:table-cell">{step.attempt || '–'}</Td>
            <Td className="text-right whitespace-nowrap tabular">{step.duration_ms != null ? formatDuration(step.duration_ms) : '–'}</Td>
            <Td className="hidden text-right whitespace-nowrap text-muted tabular sm:table-cell">{step.cost_usd ? formatCost(step.cost_usd) : '–'}</Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
