import { JsonView } from '@/components/json-view';

/** What an agent did, turn by turn. */
export function Turns({ turns }: { turns: readonly unknown[] }) {
  return (
    <section>
      <h3 className="mb-2 text-[0.8125rem] font-semibold">Turns</h3>
      <ol className="grid gap-2">
        {turns.map((turn, index) => (
          <li key={index}>
            <JsonView value={turn} title={`Turn ${index + 1}`} />
          </li>
        ))}
      </ol>
    </section>
  );
}
