import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Kbd } from '@/components/ui/kbd';
import { Switch } from '@/components/ui/switch';
import { MOD_KEY } from '@/lib/platform';
import { setShortcutsOn, SHORTCUTS, useShortcutsOn } from './shortcuts';

function Row({ keys, label }: { keys: string[]; label: string }) {
  return (
    <div className="flex items-center justify-between gap-4 py-1.5 text-[0.8125rem]">
      <dt>{label}</dt>
      <dd className="flex gap-1">
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dd>
    </div>
  );
}

export function ShortcutsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const on = useShortcutsOn();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" className="max-w-md">
      <dl className="divide-y">
        <Row keys={[MOD_KEY, 'K']} label="Go to a page, or do something" />
        {SHORTCUTS.map(({ keys, label }) => (
          <Row key={keys} keys={keys.split(' ')} label={label} />
        ))}
      </dl>
      <div className="mt-4 border-t pt-4">
        <Field
          label="Single-key shortcuts"
          hint="Off, only combinations with a modifier key work."
          className="grid-cols-[1fr_auto] gap-x-4 [&>button]:col-start-2 [&>button]:row-span-2 [&>button]:row-start-1 [&>button]:self-center"
        >
          <Switch checked={on} onCheckedChange={setShortcutsOn} />
        </Field>
      </div>
    </Dialog>
  );
}
