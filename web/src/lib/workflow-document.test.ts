import { expect, it } from 'vitest';
import { countPins, findNode, nodeSummary, readWorkflow } from './workflow-document';

const each = {
  id: 'each',
  type: 'map',
  with: {
    items: '{{ input.cities }}',
    concurrency: 5,
    body: {
      nodes: [
        { id: 'fetch', type: 'http', name: 'Fetch', pin: { body: 1 } },
        { id: 'poll', type: 'loop', with: { until: 'true', body: { nodes: [{ id: 'look', type: 'http', pin: null }], edges: [] } } },
      ],
      edges: [{ from: 'fetch', to: 'poll' }],
    },
  },
};
const document = readWorkflow({ nodes: [{ id: 'book', type: 'http', compensate: 'unbook' }, { id: 'unbook', type: 'http' }, each], edges: [] });

it('reads bodies, in bodies too', () => {
  expect(findNode(document, 'each.3.fetch')?.name).toBe('Fetch');
  expect(findNode(document, 'each.poll.look')?.type).toBe('http');
  expect(findNode(document, 'each.3.nothing')).toBeNull();
  expect(findNode(document, 'fetch')).toBeNull();
});

it('reads what undoes what, where that exists', () => {
  const odd = readWorkflow({ nodes: [{ id: 'book', type: 'http', compensate: 'nothing' }] });

  expect(document.compensations).toEqual([{ from: 'book', to: 'unbook', port: '' }]);
  expect(odd.compensations).toEqual([]);
});

it('counts pinned outputs, in bodies too', () => {
  expect(countPins(document)).toBe(2);
});

it.each([
  ['map', { items: '{{ input.cities }}', concurrency: 5 }, 'input.cities · 5 at once'],
  ['map', { items: [1, 2], concurrency: '{{ input.n }}' }, '2 items · input.n at once'],
  ['loop', { until: 'steps.ask.output.ready' }, 'until steps.ask.output.ready'],
  ['code', { language: 'javascript', source: '1' }, 'JavaScript'],
  ['workflow', { workflow: 'double' }, 'double'],
  ['workflow', { workflow: 'double', wait: false }, 'double · goes on at once'],
  ['emit', { event: 'paid' }, 'paid'],
  ['respond', {}, 'status 200'],
  ['respond', { status: '{{ input.status }}' }, 'status input.status'],
  ['task', { queue: 'print' }, 'queue print'],
])('says what a %s works with', (type, given, summary) => {
  const [node] = readWorkflow({ nodes: [{ id: 'a', type, with: given }] }).nodes;

  expect(node && nodeSummary(node)).toBe(summary);
});
