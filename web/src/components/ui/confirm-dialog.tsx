import { useState, type ReactNode } from 'react';
import { messageOf } from '@/api/problem';
import { Button } from './button';
import { Dialog, DialogActions } from './dialog';
import { Field, FormError } from './field';
import { Input } from './input';

interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
  action: string;
  /** What must be typed first, where the deed cannot be undone. */
  typed?: string;
  onConfirm: () => Promise<unknown>;
}

export function ConfirmDialog({ open, onOpenChange, title, children, action, typed, onConfirm }: ConfirmDialogProps) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const change = (next: boolean) => {
    setText('');
    setError(null);
    onOpenChange(next);
  };
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      change(false);
    } catch (thrown) {
      setError(messageOf(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog open={open} onOpenChange={change} title={title} className="max-w-md">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <div className="text-[0.8125rem] text-muted">{children}</div>
        {typed !== undefined && (
          <Field label={<>Type <b className="font-semibold select-all">{typed}</b> to confirm</>}>
            <Input value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" autoFocus />
          </Field>
        )}
        <FormError>{error}</FormError>
        <DialogActions>
          <Button onClick={() => change(false)}>Keep it</Button>
          <Button type="submit" variant="dangerSolid" busy={busy} disabled={typed !== undefined && text !== typed}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
