import { JsonView } from '@/components/json-view';
import { CodeTabs } from '@/components/code-tabs';
import { Facts } from '@/components/definition-list';
import { Drawer } from '@/components/ui/dialog';
import { typeLabel } from '@/lib/node-types';
import type { WorkflowNode } from '@/lib/workflow-document';

const SHOWN = new Set(['id', 'type', 'name', 'description', 'with', 'position']);

/** One node of the document, to read. */
export function NodeDrawer({ node, onClose }: { node: WorkflowNode | null; onClose: () => void }) {
  const rest = node ? Object.entries(node.source).filter(([name]) => !SHOWN.has(name)) : [];
  return (
    <Drawer open={node !== null} onOpenChange={onClose} title={node?.name} description={node?.description || (node && typeLabel(node.type))}>
      {node && (
        <div className="grid gap-5 p-5">
          <Facts
            facts={[
              ['Id', <span key="id" className="font-mono text-xs">{node.id}</span>],
              ['Type', typeLabel(node.type)],
              ...rest.map(([name, value]) => [name, typeof value === 'object' ? <JsonView key={name} value={value} title={name} /> : JSON.stringify(value)] as const),
            ]}
          />
          <CodeTabs value={node.with} label="What it works with" />
        </div>
      )}
    </Drawer>
  );
}
