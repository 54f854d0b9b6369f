import { useNavigate } from 'react-router';
import type { Schema } from '@/api/client';
import { InputForm } from '@/components/forms/input-form';
import { Dialog } from '@/components/ui/dialog';
import { curlCommand } from '@/lib/curl';
import { isObject } from '@/lib/json';
import { useTestTool } from '../api/test-tool';

/** Asks for the arguments and calls the tool once. */
export function TestDialog({ tool, onClose }: { tool: Schema<'Tool'>; onClose: () => void }) {
  const navigate = useNavigate();
  const test = useTestTool(tool.id);
  const run = async (args: unknown) => {
    const execution = await test.mutateAsync(isObject(args) ? args : {});
    onClose();
    await navigate(`/executions/${execution.id}`);
  };
  return (
    <Dialog open onOpenChange={onClose} title={`Try ${tool.name}`} description="It is called for real, with the credential that it names." className="max-w-xl">
      <InputForm
        schema={tool.parameters}
        member="arguments"
        command={(args) => curlCommand(`/api/v1/tools/${tool.id}/test`, { arguments: args })}
        onSubmit={run}
        onCancel={onClose}
        busy={test.isPending}
        error={test.error}
      />
    </Dialog>
  );
}
