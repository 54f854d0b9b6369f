import type { Schema } from '@/api/client';

type Role = Schema<'ProjectRole'>;

export const ROLES: readonly { role: Role; says: string }[] = [
  { role: 'viewer', says: 'reads everything' },
  { role: 'operator', says: 'also runs workflows and decides approvals' },
  { role: 'editor', says: 'also changes what is here' },
  { role: 'owner', says: 'also decides who may do what, and deletes' },
];

/** Whether a role may all that `needed` may. */
export function allows(role: Role | null | undefined, needed: Role): boolean {
  const rank = (one: Role) => ROLES.findIndex((entry) => entry.role === one);
  return role != null && rank(role) >= rank(needed);
}
