import { useQuery } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import type { Schema } from '@/api/client';
import { ApiProblem, messageOf } from '@/api/problem';
import { workflowQuery } from '@/api/queries/workflows';
import { CodeBlock } from '@/components/code-block';
import { SchemaForm } from '@/components/forms/schema-form';
import { ErrorState } from '@/components/states';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { PanelTabs } from '@/components/ui/panel-tabs';
import { SkeletonRows } from '@/components/ui/skeleton';
import { parseJson, prettyJson } from '@/lib/json';
import { exampleInput, formFields, readForm } from '@/lib/schema-form';
import { readWorkflow } from '@/lib/workflow-document';
import { useExecuteWorkflow } from '../api/execute-workflow';

type Workflow = Schema<'Workflow'>;

/** What the server found wrong with the input, by the form's fields. */
function faultsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  return Object.fromEntries(error.faults.map((fault) => [fault.path.replace(/^\/input\//, ''), fault.message]));
}

function RunForm({ workflow, onClose }: { workflow: Workflow; onClose: () => void }) {
  const navigate = useNavigate();
  const execute = useExecuteWorkflow(workflow.id);
  const schema = useMemo(() => readWorkflow(workflow.definition).inputs, [workflow.definition]);
  const fields = useMemo(() => formFields(schema), [schema]);
  const [mode, setMode] = useState(fields && fields.length > 0 ? 'form' : 'json');
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [json, setJson] = useState(() => prettyJson(exampleInput(schema)));

  const change = (next: string) => {
    // What was filled in goes along to the other side.
    if (next === 'json' && fields) setJson(prettyJson({ ...exampleInput(schema), ...readForm(fields, texts).value }));
    setMode(next);
  };
  const readInput = (): { value: unknown } | null => {
    if (mode === 'form' && fields) {
      const result = readForm(fields, texts);
      setErrors(result.errors);
      return Object.keys(result.errors).length === 0 ? { value: result.value } : null;
    }
    const parsed = parseJson(json);
    setErrors('error' in parsed ? { json: parsed.error } : {});
    return 'error' in parsed ? null : parsed;
  };
  const run = async () => {
    const input = readInput();
    if (!input) return;
    const execution = await execute.mutateAsync(input.value);
    onClose();
    await navigate(`/executions/${execution.id}`);
  };

  const faults = faultsOf(execute.error);
  const shown = mode === 'form' && fields?.some((field) => faults[field.name]);
  const command = `qd run ${JSON.stringify(workflow.name)} --project ${workflow.project_id} \\\n  --input '${JSON.stringify(
    mode === 'form' && fields ? { ...exampleInput(schema), ...readForm(fields, texts).value } : (parseJson(json) as { value?: unknown }).value ?? {},
  ).replaceAll("'", String.raw`'\''`)}'`;
  const tabs = [
    ...(fields && fields.length > 0
      ? [
          {
            value: 'form',
            label: 'Form',
            content: (
              <div className="pt-4">
                <SchemaForm
                  fields={fields}
                  texts={texts}
                  errors={{ ...faults, ...errors }}
                  onChange={(name, text) => setTexts({ ...texts, [name]: text })}
                />
              </div>
            ),
          },
        ]
      : []),
    {
      value: 'json',
      label: 'JSON',
      content: (
        <div className="pt-4">
          <Field label="Input" error={errors['json']}>
            <Textarea className="min-h-48 font-mono text-xs" spellCheck={false} value={json} onChange={(event) => setJson(event.target.value)} />
          </Field>
        </div>
      ),
    },
    { value: 'command', label: 'Command', content: <div className="pt-4"><CodeBlock text={command} title="From a terminal" /></div> },
  ];

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        run().catch(() => {});
      }}
    >
      <PanelTabs label="Input as" tabs={tabs} value={mode} onValueChange={change} />
      <div className="mt-3">
        <FormError>{execute.error && !shown ? messageOf(execute.error) : null}</FormError>
      </div>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" busy={execute.isPending}>
          <Play aria-hidden /> Run
        </Button>
      </DialogActions>
    </form>
  );
}

/** Asks for the input and starts the workflow; its execution is the next page. */
export function RunDialog({ workflowId, onClose }: { workflowId: string; onClose: () => void }) {
  const { data: workflow, error, refetch } = useQuery(workflowQuery(workflowId));
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Run ${workflow?.name ?? 'workflow'}`}
      description={workflow?.published_version ? `Version ${workflow.published_version}, as it is published.` : undefined}
      className="max-w-xl"
    >
      {workflow ? (
        <RunForm workflow={workflow} onClose={onClose} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </Dialog>
  );
}
