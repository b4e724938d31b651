import type { AnalysisFinding } from '../rules/located.js';
import type { Category } from '../rules/categories.js';

/** Where the cause is, with its line. */
export interface Place {
  category: Category;
  file: string;
  function: string;
  line: number;
}

export interface CaseScore {
  name: string;
  /** `exact`: category, file, function and line. `near`: category and file, and the function or a line at most 5 away. */
  result: 'exact' | 'near' | 'missed' | 'clean' | 'not run';
  truth: Place | null;
  /** The finding that comes nearest to the truth. */
  best: Omit<Place, 'file' | 'function' | 'line'> & Pick<AnalysisFinding, 'file' | 'function' | 'line' | 'rule'> | null;
  /** Rules whose findings are not the truth's. */
  falsePositives: string[];
  /** Why it was not run. */
  reason?: string;
}

const nearLines = 5;

export function scoreCase(name: string, truth: Place | null, findings: readonly AnalysisFinding[]): CaseScore {
  const exact = findings.find((one) => truth !== null && isNear(one, truth) && one.function === truth.function && one.line === truth.line);
  const near = exact ?? findings.find((one) => truth !== null && isNear(one, truth));
  const falsePositives = findings.filter((one) => one !== near && !(truth !== null && isNear(one, truth))).map(({ rule }) => rule);
  const best = near ?? findings.find(({ category }) => category === truth?.category) ?? findings[0];
  return {
    name,
    result: truth === null ? (falsePositives.length === 0 ? 'clean' : 'missed') : exact ? 'exact' : near ? 'near' : 'missed',
    truth,
    best: best === undefined ? null : { category: best.category, rule: best.rule, file: best.file, function: best.function, line: best.line },
    falsePositives,
  };
}

function isNear({ category, file, function: name, line }: AnalysisFinding, truth: Place): boolean {
  if (category !== truth.category || file !== truth.file) return false;
  return name === truth.function || (line !== null && Math.abs(line - truth.line) <= nearLines);
}
