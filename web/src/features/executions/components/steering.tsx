import { Ban, Pause, Play, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast, toastError } from '@/components/ui/toast';
import { isFinal } from '@/lib/status';
import { useSteer, type Steering } from '../api/steer';

const DONE: Record<Steering, string> = {
  cancel: 'Cancelled.',
  pause: 'Paused: running steps finish, nothing new begins.',
  resume: 'It goes on.',
  retry: 'It goes on from where it ended.',
};

/** What a person may do with an execution in its state. */
export function SteeringButtons({ execution }: { execution: Schema<'Execution'> }) {
  const steer = useSteer(execution.id);
  const [cancelling, setCancelling] = useState(false);
  const { status } = execution;
  const press = (action: Steering) => () => {
    steer.mutate(action, { onSuccess: () => toast(DONE[action]), onError: toastError });
  };
  const busy = (action: Steering) => steer.isPending && steer.variables === action;
  return (
    <>
      {(status === 'failed' || status === 'timed_out' || status === 'cancelled') && (
        <Button onClick={press('retry')} busy={busy('retry')}>
          <RotateCcw aria-hidden /> Retry
        </Button>
      )}
      {status === 'paused' && (
        <Button onClick={press('resume')} busy={busy('resume')}>
          <Play aria-hidden /> Resume
        </Button>
      )}
      {(status === 'running' || status === 'waiting' || status === 'pending') && (
        <Button onClick={press('pause')} busy={busy('pause')}>
          <Pause aria-hidden /> Pause
        </Button>
      )}
      {!isFinal(status) && (
        <Button variant="danger" onClick={() => setCancelling(true)}>
          <Ban aria-hidden /> Cancel
        </Button>
      )}
      <ConfirmDialog
        open={cancelling}
        onOpenChange={setCancelling}
        title="Cancel this execution"
        action="Cancel execution"
        onConfirm={async () => {
          await steer.mutateAsync('cancel');
          toast(DONE.cancel);
        }}
      >
        Steps that run are told to stop; what they did already stays done.
      </ConfirmDialog>
    </>
  );
}
