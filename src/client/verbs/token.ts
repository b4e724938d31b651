import { PerfloopError } from '../../core/errors.js';
import { personName, personNameRule, type Role } from '../access/roles.js';
import { makeToken } from '../access/tokens.js';

export interface NewToken {
  name: string;
  roles: readonly Role[];
  /** Kept nowhere: for the person alone. */
  token: string;
  /** For the file of tokens. */
  table: string;
}

/** A token for a person or a program, and the table of it. Nothing is written. Throws PL_USAGE. */
export function newToken(name: string, roles: readonly Role[]): NewToken {
  if (!personName.test(name)) throw new PerfloopError('PL_USAGE', `the name ${JSON.stringify(name)} ${personNameRule}`, { where: '<name>', fix: 'Name a person or a program, such as ada or nightly-ci.' });
  const { token, sha256 } = makeToken();
  return { name, roles, token, table: `[[tokens]]\nname = ${JSON.stringify(name)}\nroles = ${JSON.stringify(roles)}\nsha256 = "${sha256}"\n` };
}
