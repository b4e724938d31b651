import { PerfloopError } from '../../core/errors.js';

/** What a person may do over the network. `run`: start and steer work, name commands. `approve`: decide. `admin`: both, and read what is encrypted. Reading needs a token, and no role. */
export const roles = ['approve', 'run', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Names that are safe in logs, schedules and commit messages. */
export const personName = /^[\w.@+-]{1,100}$/;
export const personNameRule = 'must be letters, digits and . _ @ + -, at most 100';

/** Whose token it is. The name stands in the record of decisions. */
export interface Person {
  name: string;
  roles: readonly Role[];
}

export function hasRole(person: Person, role: Role): boolean {
  return person.roles.includes(role) || person.roles.includes('admin');
}

/** Throws PL_FORBIDDEN. */
export function requireRole(person: Person, role: Role, what: string): void {
  if (hasRole(person, role)) return;
  throw new PerfloopError('PL_FORBIDDEN', `the token of ${person.name} may not ${what}`, { where: person.name, fix: `It takes the role ${role}: who keeps the file of tokens adds it to \`roles\` of ${person.name}.` });
}
