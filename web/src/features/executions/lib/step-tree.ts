// Steps as people see them: those of a body under their map or loop, item by item.
import type { Schema } from '@/api/client';
import { containerOf } from '@/lib/node-path';

type Step = Schema<'Step'>;

export interface StepBranch {
  step: Step;
  /** Of a map or loop: the items that are on their way. What is over is not told step by step. */
  runs: BodyRun[];
}

export interface BodyRun {
  /** `each.3` */
  path: string;
  index: number;
  branches: StepBranch[];
}

/** Steps come with what is around them before what is inside. */
export function stepTree(steps: readonly Step[]): StepBranch[] {
  const root: StepBranch[] = [];
  const branches = new Map<string, StepBranch>();
  for (const step of steps) {
    const branch: StepBranch = { step, runs: [] };
    branches.set(step.path, branch);
    const container = containerOf(step.path);
    const around = container && branches.get(container.path);
    (around ? runOf(around, container.index).branches : root).push(branch);
  }
  return root;
}

function runOf({ step, runs }: StepBranch, index: number): BodyRun {
  const last = runs.at(-1);
  const found = last?.index === index ? last : runs.find((run) => run.index === index);
  if (found) return found;
  const run = { path: `${step.path}.${index}`, index, branches: [] };
  runs.push(run);
  return run;
}

export type StepRow =
  | { kind: 'step'; depth: number; branch: StepBranch; open: boolean }
  | { kind: 'run'; depth: number; run: BodyRun; container: Step }
  | { kind: 'more'; depth: number; container: Step; count: number };

interface RowOptions {
  /** Paths of the maps and loops whose insides are hidden. */
  closed: ReadonlySet<string>;
  /** Paths of those that show all items and not only the first. */
  whole: ReadonlySet<string>;
}

const FIRST_RUNS = 10;

/** The tree as the rows of a table. */
export function stepRows(tree: readonly StepBranch[], options: RowOptions, depth = 0): StepRow[] {
  return tree.flatMap((branch): StepRow[] => {
    const { step, runs } = branch;
    const open = runs.length > 0 && !options.closed.has(step.path);
    const own: StepRow = { kind: 'step', depth, branch, open };
    if (!open) return [own];
    const shown = options.whole.has(step.path) ? runs : runs.slice(0, FIRST_RUNS);
    const inside = shown.flatMap((run): StepRow[] => [
      { kind: 'run', depth: depth + 1, run, container: step },
      ...stepRows(run.branches, options, depth + 2),
    ]);
    const count = runs.length - shown.length;
    return [own, ...inside, ...(count > 0 ? [{ kind: 'more' as const, depth: depth + 1, container: step, count }] : [])];
  });
}
