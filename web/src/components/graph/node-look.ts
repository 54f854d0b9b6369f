import {
  Bot,
  Braces,
  CircleX,
  Clock,
  Code,
  GitBranch,
  Globe,
  MessageSquareText,
  Repeat,
  Reply,
  Rows3,
  Send,
  SquareCheckBig,
  Truck,
  Workflow,
  Wrench,
  type LucideIcon,
} from 'lucide-react';

const ICONS: Record<string, LucideIcon> = {
  transform: Braces,
  switch: GitBranch,
  http: Globe,
  llm: MessageSquareText,
  agent: Bot,
  tool: Wrench,
  code: Code,
  map: Rows3,
  loop: Repeat,
  workflow: Workflow,
  wait: Clock,
  approval: SquareCheckBig,
  emit: Send,
  respond: Reply,
  task: Truck,
  fail: CircleX,
};

export function iconOf(type: string): LucideIcon {
  return ICONS[type] ?? Braces;
}
