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
      ['classify', { status: 'completed' as const, detail: '2 s' }],
      ['route', { status: 'running' as const, detail: '' }],
    ]),
  );

  expect(nodes.map((node) => node.data.status)).toEqual(['completed', 'running', 'pending']);
  expect(edges.map((edge) => edge.data?.taken)).toEqual([true, false]);
});

it('leaves and arrives level', () => {
  expect(curveThrough([{ x: 0, y: 0 }, { x: 10, y: 20 }])).toBe('M 0 0 C 5 0, 5 20, 10 20');
});
