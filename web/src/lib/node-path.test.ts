import { expect, it } from 'vitest';
import { containerOf, itemIndexes, nodePath } from './node-path';

it('finds the node whichever item it runs for', () => {
  expect(['fetch', 'each.3.fetch', 'each.3.poll.12.ask'].map(nodePath)).toEqual(['fetch', 'each.fetch', 'each.poll.ask']);
});

it('tells the items of all bodies around a step', () => {
  expect(['fetch', 'each.3.fetch', 'each.3.poll.12.ask'].map(itemIndexes)).toEqual([[], [3], [3, 12]]);
});

it('finds the body that a step runs in', () => {
  expect(containerOf('fetch')).toBeNull();
  expect(containerOf('each.3.fetch')).toEqual({ path: 'each', index: 3 });
  expect(containerOf('each.3.poll.12.ask')).toEqual({ path: 'each.3.poll', index: 12 });
});
