import { PathPattern } from '../check/json-path.js';
import { readFunctionName } from '../check/cases/function-name.js';
import { defaultGenerator } from './cases-schema.js';
import type { Problem } from './problems.js';
import { isTable, type Table } from './table.js';

/** Keys of [check] that are about the output of the benchmark, and need no check command. */
const ofBenchmark = new Set(['benchmark', 'benchmark_pattern']);

/** A comparison that compares nothing would look like a safety net. */
export function checkHasCommand(config: Table): Problem[] {
  const { check, commands } = config;
  if (!isTable(check) || (isTable(commands) && commands['check'] !== undefined)) return [];
  const usesTolerance = check['benchmark'] === 'numbers' ? ['tolerance', 'absolute'] : [];
  const idle = Object.keys(check).filter((key) => !ofBenchmark.has(key) && !usesTolerance.includes(key));
  if (idle.length === 0 && Object.keys(check).length > 0) return [];
  return [{ path: ['check'], text: 'there is no `check` in [commands], so there is nothing to compare; add that command or leave out [check]' }];
}

/** A key that nothing reads, given what is compared and how. */
export function checkKeysAreUsed(config: Table): Problem[] {
  const { check } = config;
  if (!isTable(check) || checkHasCommand(config).length > 0) return [];
  const compare = check['compare'] ?? 'exact';
  const problems: Problem[] = [];
  const only = (key: string, used: boolean, where: string): void => {
    const value = check[key];
    const empty = value === undefined || value === 0 || (Array.isArray(value) && value.length === 0) || (isTable(value) && Object.keys(value).length === 0);
    if (!empty && !used) problems.push({ path: ['check', key], text: `changes nothing here: it is for ${where}` });
  };
  const named = compare === 'columns' || compare === 'json';
  const tolerant = compare !== 'exact' || check['benchmark'] === 'numbers';
  for (const key of ['tolerance', 'absolute']) only(key, tolerant, 'compare = "numbers", "columns", "json" or "curve", or benchmark = "numbers"');
  only('tolerances', named, 'compare = "columns" or "json"');
  only('ignore', named, 'compare = "columns" or "json"');
  only('curve', compare === 'curve', 'compare = "curve"');
  only('band', compare === 'curve', 'compare = "curve"');
  if (compare === 'curve' && check['curve'] === undefined) problems.push({ path: ['check', 'curve'], text: 'is missing: compare = "curve" needs a pattern with two groups, the step and the value' });
  if (compare === 'curve' && check['seeds'] === 1) problems.push({ path: ['check', 'seeds'], text: 'must be at least 2 for compare = "curve": the band comes from how the champion varies over them' });
  if (check['stdout'] === false && !(Array.isArray(check['files']) && check['files'].length > 0)) problems.push({ path: ['check', 'stdout'], text: 'must not be false without `files`: nothing would be compared' });
  if (check['benchmark'] === 'off' && check['benchmark_pattern'] !== undefined) problems.push({ path: ['check', 'benchmark_pattern'], text: 'says what of the benchmark\'s output is compared, and benchmark = "off" compares nothing; leave out one of the two' });
  return problems;
}

export function pathsAreWellFormed(config: Table): Problem[] {
  const { check } = config;
  if (!isTable(check) || check['compare'] !== 'json') return [];
  const written: [PropertyKey[], unknown][] = [
    ...Object.keys(isTable(check['tolerances']) ? check['tolerances'] : {}).map((key): [PropertyKey[], unknown] => [['check', 'tolerances', key], key]),
    ...(Array.isArray(check['ignore']) ? check['ignore'] : []).map((text: unknown, index): [PropertyKey[], unknown] => [['check', 'ignore', index], text]),
  ];
  return written.flatMap(([path, text]) => {
    const read = typeof text === 'string' ? PathPattern.read(text) : null;
    return typeof read === 'string' ? [{ path, text: read }] : [];
  });
}

/** What a case is made of, and whether its parts are of one language. */
export function casesAreWhole(config: Table): Problem[] {
  const cases: unknown[] = Array.isArray(config['cases']) ? config['cases'] : [];
  return cases.flatMap((one, index): Problem[] => {
    if (!isTable(one)) return [];
    const path = ['cases', index];
    const { entry, args, inputs } = one;
    if (args === undefined && inputs === undefined) return [{ path, text: 'needs arguments to call the function with: `args`, a type for each, or `inputs`, a generator of the repository' }];
    if (args !== undefined && inputs !== undefined) return [{ path: [...path, 'inputs'], text: 'stands in the place of `args`; leave out one of the two' }];
    const subject = languageOf(entry, null);
    return (['inputs', 'factory'] as const).flatMap((key) => {
      const other = languageOf(one[key], key === 'inputs' ? defaultGenerator : null);
      return subject === null || other === null || subject === other ? [] : [{ path: [...path, key], text: 'is of another language than `entry`: both run in one process' }];
    });
  });
}

/** Of the function that a text names; null where it names none. */
function languageOf(text: unknown, name: string | null): string | null {
  const read = typeof text === 'string' ? readFunctionName(text, name) : 'absent';
  return typeof read === 'string' ? null : read.language;
}
