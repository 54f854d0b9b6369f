import type { Schema } from '@/api/client';
import { Facts } from '@/components/definition-list';
import { ProgressBar } from '@/components/progress-bar';
import { StatusBadge } from '@/components/status-badge';
import { Button } from '@/components/ui/button';
import { Drawer } from '@/components/ui/dialog';
import { formatCost, formatCount, formatDuration, formatTime } from '@/lib/format';
import { containerOf } from '@/lib/node-path';
import { typeLabel } from '@/lib/node-types';
import { progressText } from '@/lib/progress';
import { runLabel } from '../lib/run-label';
import { waitsFor } from '../lib/situation';
import { ChildLink } from './child-link';
import { ErrorBox } from './error-box';
import { ForkButton } from './fork-button';
import { ItemSteps } from './item-steps';
import { ResolveForm } from './resolve-form';
import { StepValue } from './step-value';
import { Turns } from './turns';

type Step = Schema<'Step'>;

function factsOf(step: Step): [string, string][] {
  return [
    ['Type', typeLabel(step.type)],
    ...(waitsFor(step) ? [['Not yet', waitsFor(step)] as [string, string]] : []),
    ...(step.items ? [['Progress', progressText(step.type, step.items)] as [string, string]] : []),
    ...(step.attempt > 1 ? [['Attempts', String(step.attempt)] as [string, string]] : []),
    ...(step.started_at ? [['Started', formatTime(step.started_at)] as [string, string]] : []),
    ...(step.duration_ms != null ? [['Duration', formatDuration(step.duration_ms)] as [string, string]] : []),
    ...(step.cost_usd ? [['Cost', formatCost(step.cost_usd)] as [string, string]] : []),
    ...(step.tokens ? [['Tokens', formatCount(step.tokens)] as [string, string]] : []),
  ];
}

interface StepDrawerProps {
  step: Step | null;
  /** The map or loop that it is inside. */
  around: Step | null;
  nameOf: (path: string) => string;
  /** What a model says in it now. */
  saying: string | undefined;
  onSelect: (step: Step) => void;
  onClose: () => void;
}

/** All that is known of one step. */
export function StepDrawer({ step, around, nameOf, saying, onSelect, onClose }: StepDrawerProps) {
  const name = step ? nameOf(step.path) : '';
  return (
    <Drawer
      open={step !== null}
      onOpenChange={onClose}
      title={name}
      description={
        step && (
          <span className="flex items-center gap-2">
            <StatusBadge status={step.status} />
            <code className="font-mono text-xs">{step.path || step.node_id}</code>
          </span>
        )
      }
    >
      {step && (
        <div className="grid gap-5 p-5">
          {around && (
            <Button variant="link" size="inline" className="justify-self-start" onClick={() => onSelect(around)}>
              {runLabel(around, containerOf(step.path)?.index ?? 0)} of {nameOf(around.path)}
            </Button>
          )}
          <Facts facts={factsOf(step)} />
          {step.items && <ProgressBar type={step.type} progress={step.items} label={name} />}
          {step.items && <ItemSteps key={step.id} container={step} nameOf={nameOf} onSelect={onSelect} />}
          <ChildLink step={step} name={name} className="justify-self-start" />
          {step.status !== 'pending' && <ForkButton step={step} name={name} />}
          {step.status === 'uncertain' && <ResolveForm step={step} />}
          <ErrorBox error={step.error} />
          {saying && step.status === 'running' && (
            <p aria-label="The model says" className="text-[0.8125rem] break-words whitespace-pre-wrap">
              {saying}
            </p>
          )}
          {step.output != null && <StepValue value={step.output} title="Output" />}
          {step.turns.length > 0 && <Turns turns={step.turns} />}
          {step.input != null && <StepValue value={step.input} title="Input" />}
        </div>
      )}
    </Drawer>
  );
}
