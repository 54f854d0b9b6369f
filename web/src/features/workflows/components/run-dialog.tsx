import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import type { Schema } from '@/api/client';
import { workflowQuery } from '@/api/queries/workflows';
import { InputForm } from '@/components/forms/input-form';
import { ErrorState } from '@/components/states';
import { Dialog } from '@/components/ui/dialog';
import { SkeletonRows } from '@/components/ui/skeleton';
import { curlCommand } from '@/lib/curl';
import { readWorkflow } from '@/lib/workflow-document';
import { useExecuteWorkflow } from '../api/execute-workflow';
import { TestOptionsForm, type TestOptions } from './test-options';

function RunForm({ workflow, onClose }: { workflow: Schema<'Workflow'>; onClose: () => void }) {
  const navigate = useNavigate();
  const execute = useExecuteWorkflow(workflow.id);
  const document = useMemo(() => readWorkflow(workflow.definition), [workflow.definition]);
  const [options, setOptions] = useState<TestOptions>({ test: false, stopAt: '' });
  const request = (input: unknown): Schema<'ExecuteRequest'> => ({
    input,
    ...(options.test ? { test: true, ...(options.stopAt ? { stop_at: options.stopAt } : {}) } : {}),
  });
  const run = async (input: unknown) => {
    const execution = await execute.mutateAsync(request(input));
    onClose();
    await navigate(`/executions/${execution.id}`);
  };
  return (
    <InputForm
      schema={document.inputs}
      member="input"
      command={(input) => curlCommand(`/api/v1/workflows/${workflow.id}/execute`, request(input))}
      onSubmit={run}
      onCancel={onClose}
      busy={execute.isPending}
      error={execute.error}
    >
      <TestOptionsForm document={document} value={options} onChange={setOptions} />
    </InputForm>
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
