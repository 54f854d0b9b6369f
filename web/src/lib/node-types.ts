/** What each type of node is called where people read it. */
const LABELS: Record<string, string> = {
  transform: 'Transform',
  switch: 'Switch',
  http: 'HTTP request',
  llm: 'Model',
  agent: 'Agent',
  tool: 'Tool',
  code: 'Code',
  map: 'For each item',
  loop: 'Loop',
  workflow: 'Workflow',
  wait: 'Wait',
  approval: 'Approval',
  emit: 'Send event',
  respond: 'Response',
  task: 'Task for a worker',
  fail: 'Fail',
};

export function typeLabel(type: string): string {
  return LABELS[type] ?? type;
}
