import { expect, it } from 'vitest';
import { readWorkflow } from '@/lib/workflow-document';
import { curveThrough, flowOf } from './flow-model';

const document = readWorkflow({
  nodes: [
    { id: 'classify', type: 'agent', name: 'Classify', with: { agent: 'classifier' } },
    { id: 'route', type: 'switch', with: { cases: [{ name: 'bug', when: 'true' }] } },
    { id: 'file', type: 'http', with: { method: 'POST', url: 'https://tracker.example/bugs' } },
    { type: 'http' },
  ],
  edges: [
    { from: 'classify', to: 'route' },
    { from: 'route', port: 'bug', to: 'file' },
    { from: 'route', to: 'nowhere' },
  ],
});

it('draws the nodes and edges that exist, with what they work with', () => {
  const { nodes, edges } = flowOf(document, null);

  expect(nodes.map((node) => node.data.summary)).toEqual(['classifier', 'bug', 'POST tracker.example/bugs']);
  expect(edges.map((edge) => edge.id)).toEqual(['classify::route', 'route:bug:file']);
  expect(nodes.every((node) => node.data.status === null)).toBe(true);
});

it('shows how each step stands and which way the run went', () => {
  const { nodes, edges } = flowOf(
    document,
    new Map([
      ['classify', { status: 'completed' as const, detail: '2 s', progress: null }],
      ['route', { status: 'running' as const, detail: '', progress: null }],
    ]),
  );

  expect(nodes.map((node) => node.data.status)).toEqual(['completed', 'running', 'pending']);
  expect(edges.map((edge) => edge.data?.taken)).toEqual([true, false]);
});

const nested = readWorkflow({
  nodes: [
    {
      id: 'each',
      type: 'map',
      with: { body: { nodes: [{ id: 'fetch', type: 'http' }, { id: 'shape', type: 'transform' }], edges: [{ from: 'fetch', to: 'shape' }] } },
    },
    { id: 'undo', type: 'http' },
    { id: 'book', type: 'http', compensate: 'undo' },
  ],
  edges: [{ from: 'each', to: 'book' }],
});

it('says how many nodes a closed map has inside', () => {
  const { nodes } = flowOf(nested, null);

  expect(nodes.map((node) => [node.id, node.data.body])).toEqual([
    ['each', { count: 2, open: false }],
    ['undo', null],
    ['book', null],
  ]);
});

it('draws the body of an open map within it', () => {
  const { nodes, edges } = flowOf(nested, null, new Set(['each']));
  const [container, ...inside] = nodes.filter((node) => node.id.startsWith('each'));

  expect(inside.map((node) => [node.id, node.parentId])).toEqual([
    ['each.fetch', 'each'],
    ['each.shape', 'each'],
  ]);
  for (const node of inside) {
    expect(node.position.x + (node.width ?? 0)).toBeLessThan(container?.width ?? 0);
    expect(node.position.y + (node.height ?? 0)).toBeLessThan(container?.height ?? 0);
  }
  expect(edges.map((edge) => [edge.source, edge.target])).toContainEqual(['each.fetch', 'each.shape']);
  expect(nodes.find((node) => node.id === 'book')?.position.x).toBeGreaterThan(container?.width ?? 0);
});

it('knows nothing of a node in a body that runs for no item', () => {
  const { nodes } = flowOf(nested, new Map([['each', { status: 'completed' as const, detail: '', progress: null }]]), new Set(['each']));

  expect(nodes.map((node) => [node.id, node.data.status])).toEqual([
    ['each', 'completed'],
    ['each.fetch', null],
    ['each.shape', null],
    ['undo', 'pending'],
    ['book', 'pending'],
  ]);
});

it('leads from a node to what undoes it', () => {
  const { edges } = flowOf(nested, null);

  expect(edges.map((edge) => [edge.id, edge.data?.undoes])).toEqual([
    ['each::book', false],
    ['book:!:undo', true],
  ]);
});

it('leaves and arrives level', () => {
  expect(curveThrough([{ x: 0, y: 0 }, { x: 10, y: 20 }])).toBe('M 0 0 C 5 0, 5 20, 10 20');
});
