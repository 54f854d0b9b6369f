const REASONS: Record<string, string> = {
  approval: 'for a decision',
  timer: 'for its time to come',
  retry: 'to try again',
  event: 'for an event',
  answer: 'for someone to say whether a call happened',
  task: 'for a worker',
  workflow: 'for another workflow',
  budget: 'for its budget',
  slot: 'for a free place',
};

/** What follows “Waiting”: `for a worker`. Empty where nothing is waited for. */
export function waitingWords(reason: string | null | undefined): string {
  return reason ? (REASONS[reason] ?? `for ${reason}`) : '';
}
