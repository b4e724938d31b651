import type { Finding } from '../../core/finding.js';

/** Which findings make a recipe apply. */
export interface RecipeEvidence {
  /** Categories (`C3`, `H1`), rules (`C3-scalar-read`), or `H` for all host code. docs/findings.md has them. */
  findings: readonly string[];
  /** What the profile shows where the recipe pays. */
  text: string;
}

/** Host code that takes time: on its own, before a device that waits for it, or in the way of data to a device. */
export const hostWork: readonly string[] = ['H', 'C1', 'C7'];

const deviceCategory = /^C[1-7]$/;

/** Whether a recipe may look at the finding. A category that perfloop does not know is taken for host code; a finding without a rule, or with one of another tool, may be any of its category. */
export function fitsEvidence({ findings }: RecipeEvidence, finding: Pick<Finding, 'category' | 'rule'>): boolean {
  const category = categoryOf(finding);
  const named = /^[CH]\d-/.test(finding.rule ?? '');
  return findings.some((entry) => entry === category || entry === finding.rule || (entry === 'H' && !deviceCategory.test(category)) || (!named && entry.startsWith(`${category}-`)));
}

/** `C3` of `C3`, `C3 synchronization`, or of the rule `C3-scalar-read`. */
function categoryOf({ category, rule }: Pick<Finding, 'category' | 'rule'>): string {
  return /^[CH]\d(?=\b|-|_)/.exec(category)?.[0] ?? /^[CH]\d(?=-)/.exec(rule ?? '')?.[0] ?? category;
}
