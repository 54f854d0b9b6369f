import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Schema } from '@/api/client';
import { workflowVersionQuery } from '@/api/queries/versions';
import { isObject } from '@/lib/json';
import { readWorkflow, type WorkflowDocument } from '@/lib/workflow-document';

/** The document of the very version that the execution runs; null where there is none to see. */
export function useExecutedDefinition(execution: Schema<'Execution'> | undefined): WorkflowDocument | null {
  const id = execution?.workflow_id ?? '';
  const { data } = useQuery({ ...workflowVersionQuery(id, execution?.workflow_version ?? 0), enabled: id !== '' });
  // A version holds the whole draft: name, description and the document itself.
  return useMemo(() => (isObject(data?.content) ? readWorkflow(data.content['definition']) : null), [data]);
}
