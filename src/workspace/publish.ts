import type { Repository } from './repository.js';

/** The branch that holds the result of a run: one commit for each accepted candidate, on top of the base. */
export function branchOf(run: string): string {
  return `perfloop/${run}`;
}

/** Points the run's branch in perfloop's own repository at its champion. Repeating it changes nothing. */
export async function publishBranch(repository: Repository, run: string, champion: string): Promise<string> {
  const branch = branchOf(run);
  await repository.keep(champion);
  await repository.setBranch(branch, champion);
  return branch;
}
