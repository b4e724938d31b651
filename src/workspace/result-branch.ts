/** The branch that holds the result of a run: one commit for each accepted candidate, on top of the base. */
export function branchOf(run: string): string {
  return `perfloop/${run}`;
}
