import type { CheckConfig } from '../config/check-schema.js';
import { compareColumns } from './columns.js';
import { agreed, type Comparison } from './comparison.js';
import { compareCurves } from './curve.js';
import { compareJson } from './json.js';
import { PathPattern } from './json-path.js';
import { compareExactly, compareNumbers } from './lines.js';
import { exactly, type Tolerance } from './tolerance.js';

/** Compares what one run printed or wrote. Curves are compared over all runs, see `compareCurves`. */
export function compareTexts(champion: string, candidate: string, check: CheckConfig): Comparison {
  const tolerance = toleranceOf(check);
  if (check.compare === 'numbers') return compareNumbers(champion, candidate, tolerance);
  if (check.compare === 'columns') return compareColumns(champion, candidate, { tolerance, columns: Object.fromEntries(tolerancesOf(check)), ignore: check.ignore });
  if (check.compare === 'json') {
    const paths = tolerancesOf(check).map(([path, own]) => ({ pattern: patternOf(path), tolerance: own }));
    return compareJson(champion, candidate, { tolerance, paths, ignore: check.ignore.map(patternOf) });
  }
  return compareExactly(champion, candidate);
}

/** The outputs of one place (stdout, or a file) over all seeds, in the order of the seeds. */
export function compareRuns(champion: readonly string[], candidate: readonly string[], check: CheckConfig): Comparison & { run?: number } {
  if (check.compare === 'curve' && check.curve !== undefined) return compareCurves(champion, candidate, { pattern: check.curve, band: check.band, tolerance: toleranceOf(check) });
  for (const [run, text] of champion.entries()) {
    const compared = compareTexts(text, candidate[run] ?? '', check);
    if (!compared.agree) return { ...compared, run };
  }
  return agreed;
}

function toleranceOf({ tolerance, absolute }: CheckConfig): Tolerance {
  return { relative: tolerance, absolute };
}

function tolerancesOf({ tolerances }: CheckConfig): [string, Tolerance][] {
  return Object.entries(tolerances).map(([key, value]) => [key, typeof value === 'number' ? { ...exactly, relative: value } : value]);
}

function patternOf(text: string): PathPattern {
  const pattern = PathPattern.read(text);
  if (typeof pattern === 'string') throw new Error(`a path was not checked: ${text}: ${pattern}`);
  return pattern;
}
