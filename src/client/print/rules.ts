import { categories } from '../../profile/rules/categories.js';
import type { Style } from '../style.js';
import type { RuleListed } from '../verbs/analyze.js';
import { table } from './table.js';

/** A line a rule; `--json` and `--md` have the thresholds with their sources. */
export function printRules(rules: readonly RuleListed[], style: Style): string {
  return table(rules, [
    { title: 'rule', cell: ({ id }) => id },
    { title: 'about', cell: ({ category }) => categories[category] },
    { title: 'looks for', cell: ({ looksFor }) => looksFor },
  ], style);
}
