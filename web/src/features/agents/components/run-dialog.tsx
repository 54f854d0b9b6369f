import { Play } from 'lucide-react';
import { useNavigate } from 'react-router';
import type { Schema } from '@/api/client';
import { messageOf } from '@/api/problem';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { formText } from '@/lib/form-text';
import { useRunAgent } from '../api/run-agent';

/** Asks what to say to the agent; the run is an execution of its own. */
export function RunDialog({ agent, onClose }: { agent: Schema<'Agent'>; onClose: () => void }) {
  const navigate = useNavigate();
  const run = useRunAgent(agent.id);
  const submit = async (message: string) => {
    const execution = await run.mutateAsync(message);
    onClose();
    await navigate(`/executions/${execution.id}`);
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Run ${agent.name}`}
      description={agent.published_version ? `Version ${agent.published_version}, as it is published.` : undefined}
    >
      <form
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          // What the server refuses is shown below.
          submit(formText(new FormData(event.currentTarget), 'message')).catch(() => {});
        }}
      >
        <Field label="Message">
          <Textarea name="message" className="min-h-32" required autoFocus />
        </Field>
        <FormError>{run.error ? messageOf(run.error) : null}</FormError>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={run.isPending}>
            <Play aria-hidden /> Run
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
