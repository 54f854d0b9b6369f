import { CircleCheckBig, FolderKanban, House, KeyRound, ListTree, ScrollText, Users, type LucideIcon } from 'lucide-react';

export interface Destination {
  to: string;
  label: string;
  icon: LucideIcon;
  /** Other words that the palette finds it by. */
  keywords?: string[];
}

export const MAIN: Destination[] = [
  { to: '/', label: 'Home', icon: House, keywords: ['dashboard', 'start'] },
  { to: '/projects', label: 'Projects', icon: FolderKanban },
  { to: '/executions', label: 'Executions', icon: ListTree, keywords: ['runs', 'history'] },
  { to: '/approvals', label: 'Approvals', icon: CircleCheckBig, keywords: ['inbox', 'decide'] },
];

export const ADMIN: Destination[] = [
  { to: '/admin/users', label: 'Users', icon: Users, keywords: ['people', 'invite', 'roles'] },
  { to: '/admin/audit', label: 'Audit', icon: ScrollText, keywords: ['log', 'history'] },
];

export const ACCOUNT: Destination[] = [
  { to: '/account', label: 'Profile', icon: Users, keywords: ['password', 'account', 'settings'] },
  { to: '/account/api-keys', label: 'API keys', icon: KeyRound, keywords: ['token'] },
];
