import type { BenchAnalysis } from '../../profile/cases/run.js';
import type { CaseScore } from '../../profile/cases/score.js';
import type { Style } from '../style.js';
import { plural } from './numbers.js';
import { table } from './table.js';

const colours = { exact: 'green', clean: 'green', near: 'yellow', missed: 'red', 'not run': 'dim' } as const;

/** A line a case, and the sums. */
export function printBenchAnalysis({ cases, exact, near, missed, falsePositives, notRun }: BenchAnalysis, style: Style): string {
  const rows = table(cases, [
    { title: 'case', cell: ({ name }) => name },
    { title: 'result', cell: ({ result }) => result, colour: ({ result }, text) => style(colours[result], text) },
    { title: 'truth', cell: ({ truth }) => (truth === null ? 'nothing' : `${truth.category} ${truth.file}:${truth.line} ${truth.function}`) },
    { title: 'found', cell: foundText },
    { title: 'besides', cell: ({ falsePositives: rules }) => rules.join(', ') },
  ], style);
  const faulty = cases.filter(({ truth }) => truth !== null).length - notRun;
  return `${rows}\n\n${plural(faulty, 'case')} with a cause: ${exact} exact, ${near} near, ${missed} missed; ${plural(falsePositives, 'finding')} that should not be${notRun === 0 ? '' : `; ${notRun} not run`}`;
}

function foundText({ best, truth, result, reason }: CaseScore): string {
  if (reason !== undefined) return reason;
  if (best === null) return 'nothing';
  if (result === 'exact' && truth !== null) return `${best.rule}, the same place`;
  return `${best.rule} ${best.file ?? 'place unknown'}${best.line === null ? '' : `:${best.line}`} ${best.function ?? ''}`;
}
