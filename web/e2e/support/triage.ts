import type { components } from '../../src/api/schema';

type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export const AGENT: Schema<'AgentDraft'> = {
  name: 'classifier',
  description: 'Says what an issue is about.',
  provider: 'scripted',
  model: 'script',
  system_prompt: 'You classify issues.',
  output_schema: { type: 'object', required: ['kind'], properties: { kind: { enum: ['bug', 'question'] } } },
  settings: { script: [{ match: 'crash', json: { kind: 'bug' } }, { json: { kind: 'question' } }] },
};

/** A bug waits for a person; a question ends at once. */
export const TRIAGE: Schema<'WorkflowDraft'> = {
  name: 'Triage an issue',
  description: 'Classifies an issue and asks before it files a bug.',
  definition: {
    inputs: {
      type: 'object',
      required: ['title'],
      properties: {
        title: { type: 'string', title: 'Title', minLength: 3 },
        priority: { type: 'integer', minimum: 1, maximum: 5, title: 'Priority' },
      },
    },
    nodes: [
      { id: 'classify', type: 'agent', name: 'Classify', with: { agent: 'classifier', input: '{{ input.title }}' } },
      {
        id: 'route',
        type: 'switch',
        name: 'Is it a bug?',
        with: { cases: [{ name: 'bug', when: "steps.classify.output.kind == 'bug'" }] },
      },
      {
        id: 'sign_off',
        type: 'approval',
        name: 'Sign off',
        with: {
          title: 'File “{{ input.title }}”?',
          form: {
            type: 'object',
            required: ['severity'],
            properties: { severity: { type: 'integer', minimum: 1, maximum: 4, title: 'Severity' } },
          },
        },
      },
      { id: 'file', type: 'transform', name: 'File it', with: { set: { severity: '{{ steps.sign_off.output.form.severity }}' } } },
      { id: 'drop', type: 'fail', name: 'Refused', with: { code: 'triage.refused', message: 'Nobody wants this bug.' } },
    ],
    edges: [
      { from: 'classify', to: 'route' },
      { from: 'route', port: 'bug', to: 'sign_off' },
      { from: 'sign_off', port: 'approved', to: 'file' },
      { from: 'sign_off', port: 'rejected', to: 'drop' },
    ],
    outputs: { kind: '{{ steps.classify.output.kind }}', severity: '{{ has(steps.file.output.severity) ? steps.file.output.severity : 0 }}' },
  },
};
