import type { components } from '../../src/api/schema';

type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export const CHILD: Schema<'WorkflowDraft'> = {
  name: 'Write up',
  definition: { nodes: [{ id: 'ok', type: 'approval', name: 'Read it', with: { title: 'Good enough?' } }] },
};

/** Books, asks for each of three cities, two at once, has it written up by another workflow, and answers. */
export const PARENT: Schema<'WorkflowDraft'> = {
  name: 'Plan a journey',
  definition: {
    nodes: [
      { id: 'book', type: 'transform', name: 'Book', with: { set: { ticket: 'real' } }, pin: { ticket: 'pinned' }, compensate: 'unbook' },
      { id: 'unbook', type: 'transform', name: 'Give back', with: { set: { ticket: '{{ steps.book.output.ticket }}' } } },
      {
        id: 'each',
        type: 'map',
        name: 'Each city',
        with: {
          items: ['Bonn', 'Kiel', 'Ulm'],
          concurrency: 2,
          body: {
            nodes: [
              { id: 'ask', type: 'approval', name: 'Visit it?', with: { title: 'Visit {{ item }}?' } },
              { id: 'note', type: 'transform', name: 'Note it', with: { set: { city: '{{ item }}' } } },
            ],
            edges: [{ from: 'ask', port: 'approved', to: 'note' }],
          },
        },
      },
      { id: 'write', type: 'workflow', name: 'Write it up', with: { workflow: 'Write up' } },
      { id: 'answer', type: 'respond', name: 'Answer', with: { status: 201, body: { cities: '{{ steps.each.output }}' } } },
    ],
    edges: [
      { from: 'book', to: 'each' },
      { from: 'each', to: 'write' },
      { from: 'write', to: 'answer' },
    ],
  },
};
