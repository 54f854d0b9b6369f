import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Schema } from '@/api/client';
import { workflowQuery, workflowVersionsQuery } from '@/api/queries/workflows';
import { readWorkflow, type WorkflowDocument } from '@/lib/workflow-document';

/** The document of the very version that the execution runs; null where there is none to see. */
export function useExecutedDefinition(execution: Schema<'Execution'> | undefined): WorkflowDocument | null {
  const id = execution?.workflow_id ?? '';
  const version = execution?.workflow_version;
  const workflow = useQuery({ ...workflowQuery(id), enabled: id !== '' });
  const current = workflow.data && workflow.data.published_version === version && !workflow.data.draft;
  const versions = useQuery({ ...workflowVersionsQuery(id), enabled: workflow.isSuccess && !current });
  const content = current ? workflow.data.definition : contentOf(versions.data, version);
  return useMemo(() => (content === undefined ? null : readWorkflow(content)), [content]);
}

function contentOf(list: Schema<'VersionList'> | undefined, version: number | undefined): unknown {
  const content = list?.items.find((one) => one.version === version)?.content;
  // A version holds the whole draft: name, description and the document itself.
  return typeof content === 'object' && content !== null && 'definition' in content ? content.definition : content;
}
