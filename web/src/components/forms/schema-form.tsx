import { Field } from '@/components/ui/field';
import { Input, Select, Textarea } from '@/components/ui/input';
import { Switch } from '@/components/ui/switch';
import type { FormField } from '@/lib/schema-form';

interface SchemaFormProps {
  fields: readonly FormField[];
  texts: Readonly<Record<string, string>>;
  errors: Readonly<Record<string, string>>;
  onChange: (name: string, text: string) => void;
}

/** The fields of `formFields`; what they mean is read by `readForm`. */
export function SchemaForm({ fields, texts, errors, onChange }: SchemaFormProps) {
  return (
    <div className="grid gap-3.5">
      {fields.map((field) => (
        <Field
          key={field.name}
          label={field.label}
          optional={!field.required && field.kind !== 'boolean'}
          hint={field.description}
          error={errors[field.name]}
        >
          {control(field, texts[field.name] ?? field.initial, (text) => onChange(field.name, text))}
        </Field>
      ))}
    </div>
  );
}

function control(field: FormField, text: string, onChange: (text: string) => void) {
  switch (field.kind) {
    case 'text':
      return <Input value={text} onChange={(event) => onChange(event.target.value)} />;
    case 'long_text':
      return <Textarea value={text} onChange={(event) => onChange(event.target.value)} />;
    case 'json':
      return (
        <Textarea
          className="font-mono text-xs"
          spellCheck={false}
          placeholder="JSON"
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'number':
      return (
        <Input
          inputMode={field.whole ? 'numeric' : 'decimal'}
          placeholder={field.min !== undefined && field.max !== undefined ? `${field.min} to ${field.max}` : undefined}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'boolean':
      return <Switch checked={text === 'true'} onCheckedChange={(on) => onChange(String(on))} />;
    case 'choice':
      return (
        <Select value={text} onChange={(event) => onChange(event.target.value)}>
          {(!field.required || text === '') && <option value="">–</option>}
          {field.options.map((option, index) => (
            <option key={option.label} value={index}>
              {option.label}
            </option>
          ))}
        </Select>
      );
  }
}
