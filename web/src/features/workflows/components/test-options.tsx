import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/input';
import { Switch } from '@/components/ui/switch';
import { countPins, type WorkflowDocument } from '@/lib/workflow-document';

export interface TestOptions {
  test: boolean;
  /** The last step; empty: to the end. */
  stopAt: string;
}

function hintOf(pins: number): string {
  if (pins === 0) return 'No step has a pinned output here, so each one does what it does in earnest.';
  return `${pins === 1 ? 'One step gives its' : `${pins} steps give their`} pinned output and ${pins === 1 ? 'does' : 'do'} nothing; the others do what they do in earnest.`;
}

interface TestOptionsProps {
  document: WorkflowDocument;
  value: TestOptions;
  onChange: (value: TestOptions) => void;
}

/** Whether it is a test run, and where that stops. */
export function TestOptionsForm({ document, value, onChange }: TestOptionsProps) {
  return (
    <div className="mt-4 grid gap-3 rounded-lg border bg-sunken/60 p-3">
      <Field
        label="Test run"
        hint={value.test ? hintOf(countPins(document)) : 'With pinned outputs, and to a step of your choice.'}
        className="grid-cols-[1fr_auto] gap-x-4 [&>button]:col-start-2 [&>button]:row-span-2 [&>button]:row-start-1 [&>button]:self-center"
      >
        <Switch checked={value.test} onCheckedChange={(test) => onChange({ ...value, test })} />
      </Field>
      {value.test && (
        <Field label="Stop at step">
          <Select value={value.stopAt} onChange={(event) => onChange({ ...value, stopAt: event.target.value })}>
            <option value="">Run to the end</option>
            {document.nodes.map((node) => (
              <option key={node.id} value={node.id}>
                {node.name}
              </option>
            ))}
          </Select>
        </Field>
      )}
    </div>
  );
}
