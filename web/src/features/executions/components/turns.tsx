import { MessageSquareText, Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Schema } from '@/api/client';
import { JsonView } from '@/components/json-view';
import { formatCost, formatCount, humanize } from '@/lib/format';
import { readTurns, type Turn } from '../lib/turns';

function Head({ icon, children, aside }: { icon: ReactNode; children: ReactNode; aside?: ReactNode }) {
  return (
    <p className="mb-1.5 flex items-center gap-2 text-xs [&_svg]:size-3.5 [&_svg]:text-muted">
      {icon}
      <span className="font-medium">{children}</span>
      <span className="ml-auto text-muted tabular">{aside}</span>
    </p>
  );
}

function TurnView({ turn }: { turn: Turn }) {
  switch (turn.kind) {
    case 'answer':
      return (
        <>
          <Head
            icon={<MessageSquareText aria-hidden />}
            aside={`${formatCount(turn.tokens)} tokens · ${formatCost(turn.costUsd)}`}
          >
            {turn.calls.length > 0 ? `Asked for ${turn.calls.join(', ')}` : 'Answered'}
            {turn.model && <span className="ml-1.5 font-normal text-muted">{turn.model}</span>}
          </Head>
          {turn.text && <p className="text-[0.8125rem] break-words whitespace-pre-wrap">{turn.text}</p>}
        </>
      );
    case 'call':
      return (
        <>
          <Head icon={<Wrench aria-hidden />}>Called {turn.tool}</Head>
          <div className="grid gap-2">
            <JsonView value={turn.arguments} title="Arguments" />
            <JsonView value={turn.result} title="Result" />
          </div>
        </>
      );
    case 'other':
      return <JsonView value={turn.data} title={humanize(turn.type)} />;
  }
}

/** What an agent did, turn by turn. */
export function Turns({ turns }: { turns: readonly Schema<'StepTurn'>[] }) {
  return (
    <section aria-labelledby="turns">
      <h3 id="turns" className="mb-2 text-[0.8125rem] font-semibold">
        Turns
      </h3>
      <ol className="grid gap-3">
        {readTurns(turns).map(({ at, turn }, index) => (
          <li key={`${at}-${index}`} className="rounded-lg border px-3 py-2.5">
            <TurnView turn={turn} />
          </li>
        ))}
      </ol>
    </section>
  );
}
