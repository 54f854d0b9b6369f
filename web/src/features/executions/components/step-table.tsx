import { ChevronRight } from 'lucide-react';
import { useState, type CSSProperties } from 'react';
import type { Schema } from '@/api/client';
import { ProgressBar } from '@/components/progress-bar';
import { StatusBadge } from '@/components/status-badge';
import { Button } from '@/components/ui/button';
import { rowLink, Table, Td, Th, Tr } from '@/components/ui/table';
import { cn } from '@/lib/cn';
import { formatCost, formatDuration } from '@/lib/format';
import { typeLabel } from '@/lib/node-types';
import { progressText } from '@/lib/progress';
import { itemPreview, runLabel } from '../lib/run-label';
import { waitsFor } from '../lib/situation';
import { readError } from '../lib/step-error';
import { stepRows, stepTree, type StepRow } from '../lib/step-tree';
import { ChildLink } from './child-link';

type Step = Schema<'Step'>;
type RowOf<Kind> = Extract<StepRow, { kind: Kind }>;

const COLUMNS = 6;
const indent = (depth: number): CSSProperties => ({ paddingLeft: `${depth * 1.1}rem` });

function noteOf(step: Step): string {
  if (step.items) return progressText(step.type, step.items);
  if (step.status === 'failed') return readError(step.error)?.message ?? '';
  return waitsFor(step);
}

interface StepRowViewProps {
  row: RowOf<'step'>;
  name: string;
  onSelect: () => void;
  onToggle: () => void;
}

function StepRowView({ row: { branch, depth, open }, name, onSelect, onToggle }: StepRowViewProps) {
  const { step, runs } = branch;
  return (
    <Tr className="hover:bg-hover/50">
      <Td className="max-w-64">
        <span className="flex items-center gap-1" style={indent(depth)}>
          {runs.length > 0 && (
            <button
              type="button"
              aria-expanded={open}
              aria-label={`What runs inside ${name}`}
              onClick={onToggle}
              className="relative z-1 -ml-1 grid size-6 shrink-0 place-items-center rounded text-muted hover:bg-hover hover:text-ink"
            >
              <ChevronRight className={cn('size-3.5 transition-transform', open && 'rotate-90')} aria-hidden />
            </button>
          )}
          <button type="button" className={`${rowLink} block min-w-0 truncate rounded text-left`} onClick={onSelect}>
            {name}
          </button>
        </span>
      </Td>
      <Td className="hidden whitespace-nowrap text-muted sm:table-cell">{typeLabel(step.type)}</Td>
      <Td className="max-w-80">
        <span className="flex items-center gap-2">
          <StatusBadge status={step.status} />
          {step.items && <ProgressBar type={step.type} progress={step.items} label={name} className="w-20 shrink-0" />}
          <span className="truncate text-xs text-muted">{noteOf(step)}</span>
          <ChildLink step={step} name={name} className="relative z-1 shrink-0" />
        </span>
      </Td>
      <Td className="hidden text-right text-muted tabular sm:table-cell">{step.attempt || '–'}</Td>
      <Td className="text-right whitespace-nowrap tabular">{step.duration_ms != null ? formatDuration(step.duration_ms) : '–'}</Td>
      <Td className="hidden text-right whitespace-nowrap text-muted tabular sm:table-cell">{step.cost_usd ? formatCost(step.cost_usd) : '–'}</Td>
    </Tr>
  );
}

function RunRowView({ row: { run, container, depth } }: { row: RowOf<'run'> }) {
  return (
    <Tr className="bg-sunken/60">
      <Td colSpan={COLUMNS} className="h-8 max-w-0 py-1 text-xs">
        <span className="flex gap-2" style={indent(depth)}>
          <span className="font-medium whitespace-nowrap text-muted tabular">{runLabel(container, run.index)}</span>
          <span className="truncate text-muted">{itemPreview(container, run.index)}</span>
        </span>
      </Td>
    </Tr>
  );
}

const withPath = (paths: ReadonlySet<string>, path: string) => new Set([...paths, path]);

function toggled(paths: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const after = new Set(paths);
  if (!after.delete(path)) after.add(path);
  return after;
}

interface StepTableProps {
  steps: readonly Step[];
  nameOf: (path: string) => string;
  onSelect: (step: Step) => void;
}

/** All steps; those inside a map or loop beneath it, for each item that is on its way. */
export function StepTable({ steps, nameOf, onSelect }: StepTableProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set());
  if (steps.length === 0) return <p className="py-6 text-center text-[0.8125rem] text-muted">No step has begun yet.</p>;
  const rows = stepRows(stepTree(steps), { closed, whole });
  const view = (row: StepRow) => {
    switch (row.kind) {
      case 'step': {
        const { step } = row.branch;
        return (
          <StepRowView
            key={step.id}
            row={row}
            name={nameOf(step.path)}
            onSelect={() => onSelect(step)}
            onToggle={() => setClosed(toggled(closed, step.path))}
          />
        );
      }
      case 'run':
        return <RunRowView key={row.run.path} row={row} />;
      case 'more':
        return (
          <Tr key={`${row.container.path}+`}>
            <Td colSpan={COLUMNS}>
              <span className="block" style={indent(row.depth)}>
                <Button variant="link" size="inline" onClick={() => setWhole(withPath(whole, row.container.path))}>
                  Show {row.count} more {row.count === 1 ? 'item' : 'items'}
                </Button>
              </span>
            </Td>
          </Tr>
        );
    }
  };
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
      <tbody>{rows.map(view)}</tbody>
    </Table>
  );
}
