import type { Found } from '../found.js';
import { whys } from '../whys.js';
import { lineIndex } from './patterns.js';
import type { Blanked } from './blank.js';

/** Words by which code could know that it is measured, tested or run by CI. */
const words = new Set([
  'bench', 'benches', 'benchmark', 'benchmarks', 'benchmarking', 'microbenchmark', 'hyperfine', 'perfloop', 'tinybench', 'mitata', 'asv', 'pyperf', 'timeit',
  'pytest', 'unittest', 'nosetests', 'jest', 'vitest', 'mocha', 'gtest', 'doctest', 'isci', 'circleci', 'buildkite',
]);

/** Names that only mean something spelled like this. */
const exact = /^(?:CI|IS_CI|GITHUB_ACTIONS|GITLAB_CI|CONTINUOUS_INTEGRATION|PYTEST_CURRENT_TEST|JEST_WORKER_ID|VITEST_WORKER_ID)$/;

/** Names and strings of benchmarks, test frameworks and CI. */
export function sniffingFinds({ withStrings, code }: Blanked): Found[] {
  const lineAt = lineIndex(withStrings);
  const finds: Found[] = [];
  for (const match of withStrings.matchAll(/[A-Za-z][A-Za-z0-9_]*/g)) {
    const inString = (code[match.index] ?? ' ') === ' ';
    const name = match[0];
    if (!exact.test(name) && !wordsOf(name).some((word) => words.has(word))) continue;
    // `CI` in a sentence is nothing that code asks for.
    if (inString && exact.test(name) && !isWholeString(withStrings, match.index, name.length)) continue;
    finds.push({ code: 'sniffing', key: name.toLowerCase(), lines: [lineAt(match.index)], why: whys.sniffing });
  }
  return finds;
}

function isWholeString(text: string, start: number, length: number): boolean {
  return /["'`]/.test(text[start - 1] ?? '') && /["'`]/.test(text[start + length] ?? '');
}

/** `isRunningPytest` and `IS_PYTEST` hold the word `pytest`. */
function wordsOf(name: string): string[] {
  const parts = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2').toLowerCase().split('_');
  return [...parts, parts.join('')];
}
