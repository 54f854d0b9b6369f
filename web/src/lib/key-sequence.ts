/** Keys one after the other, with a space between: `g h`. */
export interface KeyStep {
  /** The sequence that is complete with this key. */
  done: string | null;
  /** What was pressed so far of one that is not. */
  pending: string;
}

/** What a key makes of what was pressed before it. */
export function nextKey(pending: string, key: string, sequences: readonly string[]): KeyStep {
  const tried = [...(pending ? [`${pending} ${key}`] : []), key];
  for (const text of tried) {
    if (sequences.includes(text)) return { done: text, pending: '' };
    if (sequences.some((sequence) => sequence.startsWith(`${text} `))) return { done: null, pending: text };
  }
  return { done: null, pending: '' };
}

/** Whether a key pressed there is meant for what has the focus: something is typed, or a dialog is open. */
export function isForFocus(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('[role="dialog"], [role="alertdialog"], [role="menu"]')) return true;
  return target.closest('input, textarea, select, [contenteditable=""], [contenteditable="true"]') !== null;
}
