import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { client, unwrap, type Schema } from '@/api/client';
import { ApiProblem, messageOf } from '@/api/problem';
import { SchemaForm } from '@/components/forms/schema-form';
import { RelativeTime } from '@/components/relative-time';
import { Badge, type BadgeTone } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Field, FormError } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { toast } from '@/components/ui/toast';
import { formatTime, humanize } from '@/lib/format';
import { formFields, readForm } from '@/lib/schema-form';

type Approval = Schema<'Approval'>;
type Verdict = Schema<'Verdict'>;

const TONES: Record<Approval['status'], BadgeTone> = {
  pending: 'waiting',
  approved: 'good',
  rejected: 'bad',
  expired: 'idle',
  cancelled: 'idle',
};

interface DecideBody {
  decision: Verdict;
  comment: string | null;
  form: unknown;
}

function useDecide(approval: Approval) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: DecideBody) =>
      unwrap(client.POST('/api/v1/approvals/{approval_id}/decide', { params: { path: { approval_id: approval.id } }, body })),
    onSuccess: (_, body) => toast(body.decision === 'approved' ? 'Approved.' : 'Rejected.'),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: ['approvals'] });
      await queryClient.invalidateQueries({ queryKey: ['executions'] });
    },
  });
}

function DecisionForm({ approval }: { approval: Approval }) {
  const decide = useDecide(approval);
  const fields = formFields(approval.form) ?? [];
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [comment, setComment] = useState('');

  const send = (decision: Verdict) => {
    const { value, errors: wrong } = readForm(fields, texts);
    // Who rejects need not fill in what would have followed.
    if (decision === 'approved' && Object.keys(wrong).length > 0) return setErrors(wrong);
    setErrors({});
    decide.mutate({
      decision,
      comment: comment.trim() || null,
      form: fields.length > 0 && Object.keys(wrong).length === 0 ? value : null,
    });
  };
  // The same error by field, when the server is the one who finds it.
  const faults =
    decide.error instanceof ApiProblem
      ? Object.fromEntries(decide.error.faults.map((fault) => [fault.path.replace(/^\/form\//, ''), fault.message]))
      : {};

  return (
    <form
      className="mt-3 grid gap-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        send('approved');
      }}
    >
      <SchemaForm
        fields={fields}
        texts={texts}
        errors={{ ...faults, ...errors }}
        onChange={(name, text) => setTexts({ ...texts, [name]: text })}
      />
      <Field label="Comment" optional>
        <Textarea className="min-h-14" value={comment} onChange={(event) => setComment(event.target.value)} />
      </Field>
      <FormError>{decide.error ? messageOf(decide.error) : null}</FormError>
      <div className="flex gap-2">
        <Button type="submit" variant="primary" busy={decide.isPending && decide.variables.decision === 'approved'} disabled={decide.isPending}>
          Approve
        </Button>
        <Button
          variant="danger"
          busy={decide.isPending && decide.variables.decision === 'rejected'}
          disabled={decide.isPending}
          onClick={() => send('rejected')}
        >
          Reject
        </Button>
      </div>
    </form>
  );
}

/** A question to a person, answered in place. */
export function ApprovalCard({ approval, linked = false }: { approval: Approval; linked?: boolean }) {
  const pending = approval.status === 'pending';
  return (
    <Card className={pending ? 'border-waiting/50 p-4' : 'p-4'}>
      <article aria-label={approval.title}>
        <div className="flex flex-wrap items-start justify-between gap-x-3 gap-y-1">
          <h3 className="text-sm font-semibold">{approval.title}</h3>
          <Badge tone={TONES[approval.status]}>{humanize(approval.status)}</Badge>
        </div>
        {approval.description && (
          <p className="mt-1 text-[0.8125rem] whitespace-pre-wrap text-muted">{approval.description}</p>
        )}
        <p className="mt-1.5 flex flex-wrap gap-x-3 text-xs text-muted">
          <span>
            Asked <RelativeTime time={approval.created_at} /> by step <span className="font-mono">{approval.node_id}</span>
          </span>
          {pending && approval.expires_at && (
            <span title={formatTime(approval.expires_at)}>
              Expires <RelativeTime time={approval.expires_at} />
            </span>
          )}
          {linked && (
            <Link className="text-accent underline underline-offset-2" to={`/executions/${approval.execution_id}`}>
              What led here
            </Link>
          )}
        </p>
        {pending ? (
          <DecisionForm approval={approval} />
        ) : (
          approval.comment && <blockquote className="mt-2 border-l-2 pl-2.5 text-[0.8125rem]">{approval.comment}</blockquote>
        )}
      </article>
    </Card>
  );
}
