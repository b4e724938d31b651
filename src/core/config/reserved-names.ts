/** Proposers of perfloop's own. What `judge` and `ablation` bring is trusted more than a proposal, so nobody else may go by their names. */
const reserved: readonly string[] = ['judge', 'ablation', 'recipes', 'script', 'knobs'];

export function isFreeName(name: string): boolean {
  return !reserved.includes(name.toLowerCase());
}

export const notFree = 'is the name of a proposer of perfloop; choose another';
