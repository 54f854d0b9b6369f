import { Play } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { ApiProblem, messageOf } from '@/api/problem';
import { CodeBlock } from '@/components/code-block';
import { SchemaForm } from '@/components/forms/schema-form';
import { Button } from '@/components/ui/button';
import { DialogActions } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { PanelTabs } from '@/components/ui/panel-tabs';
import { parseJson, prettyJson } from '@/lib/json';
import { exampleInput, formFields, readForm } from '@/lib/schema-form';

interface InputFormProps {
  /** JSON Schema of what is asked for. */
  schema: unknown;
  /** Where the server's faults point to: `input`, `arguments`. */
  member: string;
  /** The command that does the same from a terminal. */
  command: (input: unknown) => string;
  onSubmit: (input: unknown) => Promise<void>;
  onCancel: () => void;
  busy: boolean;
  error: unknown;
  /** What else can be said, under the input. */
  children?: ReactNode;
}

/** What the server found wrong, by the form's fields. */
function faultsOf(error: unknown, member: string): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  const prefix = `/${member}/`;
  return Object.fromEntries(error.faults.map(({ path, message }) => [path.startsWith(prefix) ? path.slice(prefix.length) : path, message]));
}

/** Asks for an input as a form made from its schema, or as JSON. */
export function InputForm({ schema, member, command, onSubmit, onCancel, busy, error, children }: InputFormProps) {
  const fields = useMemo(() => formFields(schema) ?? [], [schema]);
  const hasForm = fields.length > 0;
  const [mode, setMode] = useState(hasForm ? 'form' : 'json');
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [json, setJson] = useState(() => prettyJson(exampleInput(schema)));

  const written = { ...exampleInput(schema), ...readForm(fields, texts).value };
  const change = (next: string) => {
    // What was filled in goes along to the other side.
    if (next === 'json' && mode === 'form') setJson(prettyJson(written));
    setMode(next);
  };
  const readInput = (): { value: unknown } | null => {
    if (mode === 'form') {
      const result = readForm(fields, texts);
      setErrors(result.errors);
      return Object.keys(result.errors).length === 0 ? { value: result.value } : null;
    }
    const parsed = parseJson(json);
    setErrors('error' in parsed ? { json: parsed.error } : {});
    return 'error' in parsed ? null : parsed;
  };
  const submit = async () => {
    const input = readInput();
    if (input) await onSubmit(input.value);
  };

  const faults = faultsOf(error, member);
  const shown = mode === 'form' && fields.some((field) => faults[field.name]);
  const form = {
    value: 'form',
    label: 'Form',
    content: (
      <div className="pt-4">
        <SchemaForm fields={fields} texts={texts} errors={{ ...faults, ...errors }} onChange={(name, text) => setTexts({ ...texts, [name]: text })} />
      </div>
    ),
  };
  const tabs = [
    ...(hasForm ? [form] : []),
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
    {
      value: 'command',
      label: 'Command',
      content: (
        <div className="pt-4">
          <CodeBlock text={command(hasForm ? written : valueOf(json))} title="From a terminal" />
        </div>
      ),
    },
  ];

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        // What the server refuses is shown from `error`.
        submit().catch(() => {});
      }}
    >
      <PanelTabs label="Input as" tabs={tabs} value={mode} onValueChange={change} />
      {children}
      <div className="mt-3">
        <FormError>{error && !shown ? messageOf(error) : null}</FormError>
      </div>
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" busy={busy} disabled={mode === 'command'}>
          <Play aria-hidden /> Run
        </Button>
      </DialogActions>
    </form>
  );
}

function valueOf(json: string): unknown {
  const parsed = parseJson(json);
  return 'value' in parsed ? parsed.value : {};
}
