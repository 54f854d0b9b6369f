import { useState } from 'react';
import type { Schema } from '@/api/client';
import { messageOf } from '@/api/problem';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Field, FormError } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { toast } from '@/components/ui/toast';
import { parseJson } from '@/lib/json';
import { useResolveStep } from '../api/resolve-step';

/** A step whose call may have happened: only a person can find out. */
export function ResolveForm({ step }: { step: Schema<'Step'> }) {
  const resolve = useResolveStep(step.execution_id, step.path);
  const [output, setOutput] = useState('');
  const [fault, setFault] = useState<string>();

  const happened = () => {
    const parsed = output.trim() === '' ? { value: null } : parseJson(output);
    if ('error' in parsed) return setFault(parsed.error);
    setFault(undefined);
    resolve.mutate({ happened: true, output: parsed.value }, { onSuccess: () => toast('The step is completed.') });
  };
  return (
    <Card className="grid gap-3.5 border-doubt/50 p-4">
      <p className="text-[0.8125rem]">
        The call was sent and its answer never came, so it may or may not have happened. Find out there, and say so here: it is not
        repeated by itself.
      </p>
      <Field label="What it answered" optional hint="JSON; it becomes the step's output." error={fault}>
        <Textarea className="font-mono text-xs" spellCheck={false} value={output} onChange={(event) => setOutput(event.target.value)} />
      </Field>
      <FormError>{resolve.error ? messageOf(resolve.error) : null}</FormError>
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" disabled={resolve.isPending} onClick={happened}>
          It happened
        </Button>
        <Button
          disabled={resolve.isPending}
          onClick={() => resolve.mutate({ happened: false }, { onSuccess: () => toast('The step is tried again.') })}
        >
          It did not: try again
        </Button>
      </div>
    </Card>
  );
}
