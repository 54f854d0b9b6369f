import { useMemo } from 'react';
import { stringify } from 'yaml';
import { CodeBlock } from '@/components/code-block';
import { PanelTabs } from '@/components/ui/panel-tabs';
import { prettyJson } from '@/lib/json';

/** A document as YAML, as people keep it, and as JSON, as the API takes it. */
export function CodeTabs({ value, label }: { value: unknown; label: string }) {
  const yaml = useMemo(() => stringify(value, { lineWidth: 100 }), [value]);
  const block = (text: string, title: string) => (
    <div className="pt-3">
      <CodeBlock text={text} title={title} className="max-h-[65vh]" />
    </div>
  );
  return (
    <PanelTabs
      label={label}
      tabs={[
        { value: 'yaml', label: 'YAML', content: block(yaml, 'YAML') },
        { value: 'json', label: 'JSON', content: block(prettyJson(value), 'JSON') },
      ]}
    />
  );
}
