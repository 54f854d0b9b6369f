import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { copyText } from '@/lib/copy';

/** Copies `text`; says so in its own place. */
export function CopyButton({ text, label = 'Copy', shown = false }: { text: string; label?: string; shown?: boolean }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await copyText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <Button variant={shown ? 'outline' : 'ghost'} size="sm" aria-label={label} onClick={() => void copy()}>
      {done ? <Check className="text-good" aria-hidden /> : <Copy aria-hidden />}
      {shown && (done ? 'Copied' : label)}
      <span className="sr-only" aria-live="polite">
        {done ? 'Copied' : ''}
      </span>
    </Button>
  );
}
