import { GitFork } from 'lucide-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Schema } from '@/api/client';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { useFork } from '../api/fork';

/** Runs a step and what comes after it anew, in an execution of its own. Not for steps inside a body. */
export function ForkButton({ step, name }: { step: Schema<'Step'>; name: string }) {
  const fork = useFork(step.execution_id);
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  if (step.path.includes('.')) return null;
  return (
    <>
      <Button size="sm" className="justify-self-start" onClick={() => setAsking(true)}>
        <GitFork aria-hidden /> Re-run from here
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Re-run from ${name}`}
        action="Re-run"
        onConfirm={async () => {
          const execution = await fork.mutateAsync(step.node_id);
          void navigate(`/executions/${execution.id}`);
        }}
      >
        A new execution begins with the results so far. <b className="font-semibold">{name}</b> and every step after it run again, and do again what
        they do outside.
      </ConfirmDialog>
    </>
  );
}
