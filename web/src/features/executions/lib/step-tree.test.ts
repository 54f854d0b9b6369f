import { expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { stepRows, stepTree, type StepRow } from './step-tree';

const stepsAt = (...paths: string[]) => paths.map((path) => ({ path }) as Schema<'Step'>);
const none: ReadonlySet<string> = new Set();
const shown = (rows: StepRow[]) =>
  rows.map((row) => {
    const indent = '  '.repeat(row.depth);
    switch (row.kind) {
      case 'step':
        return indent + row.branch.step.path;
      case 'run':
        return `${indent}#${row.run.index}`;
      case 'more':
        return `${indent}+${row.count}`;
    }
  });
const steps = stepsAt('first', 'each', 'each.0.fetch', 'each.0.ask', 'each.2.fetch', 'each.2.poll', 'each.2.poll.7.look', 'last');

it('puts the steps of a body under their map, item by item, however deep', () => {
  expect(shown(stepRows(stepTree(steps), { closed: none, whole: none }))).toEqual([
    'first',
    'each',
    '  #0',
    '    each.0.fetch',
    '    each.0.ask',
    '  #2',
    '    each.2.fetch',
    '    each.2.poll',
    '      #7',
    '        each.2.poll.7.look',
    'last',
  ]);
});

it('hides what is inside of a map that is closed', () => {
  const rows = stepRows(stepTree(steps), { closed: new Set(['each']), whole: none });

  expect(shown(rows)).toEqual(['first', 'each', 'last']);
});

it('shows the first of many items and says how many more there are', () => {
  const tree = stepTree(stepsAt('each', ...Array.from({ length: 40 }, (_, index) => `each.${index}.ask`)));

  expect(shown(stepRows(tree, { closed: none, whole: none })).slice(-2)).toEqual(['    each.9.ask', '  +30']);
  expect(stepRows(tree, { closed: none, whole: new Set(['each']) })).toHaveLength(81);
});

it('keeps a step whose map is not there', () => {
  expect(shown(stepRows(stepTree(stepsAt('each.0.fetch')), { closed: none, whole: none }))).toEqual(['each.0.fetch']);
});
