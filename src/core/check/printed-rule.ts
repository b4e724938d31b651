import type { Config } from '../config/schema.js';
import { metricRules } from '../verdict/metrics.js';
import type { Pair } from '../sample.js';
import type { Checked } from './checked.js';
import { formsText, type PrintedNoise, type PrintedRule } from './printed.js';
import type { CountingRule } from './what-counts.js';

/** What of a benchmark's output counts, and how it is compared. */
export interface OutputRule extends PrintedRule, CountingRule {}

type Asked = Pick<Config, 'metrics' | 'check'> & Partial<Pick<Config, 'benchmarks'>>;

/** For A/A pairs, from which the rule of trials is learned. Null: the output is not compared. */
export function outputRuleOfNoise({ check, metrics, benchmarks }: Asked): OutputRule | null {
  // Runs of an earlier version have no such key, and no such comparison.
  const asked = check.benchmark as Config['check']['benchmark'] | undefined;
  if (asked === undefined || asked === 'off') return null;
  const pattern = check.benchmark_pattern ?? null;
  return {
    mode: asked === 'auto' ? 'lines' : asked,
    tolerance: { relative: check.tolerance, absolute: check.absolute },
    vary: [],
    metrics: metricRules(metrics, benchmarks).flatMap(({ name, pattern, benchmark }) => (pattern === null ? [] : [{ name, pattern, ...(benchmark === undefined ? {} : { benchmark }) }])),
    pattern,
    masksTimes: asked === 'auto' && pattern === null,
  };
}

/** For trials, given what A/A pairs have shown. Null: the output is not compared, as a setting, or because it varies by itself. */
export function outputRuleOf(config: Asked, noise: PrintedNoise | undefined): OutputRule | null {
  const rule = outputRuleOfNoise(config);
  if (rule === null || noise === undefined || noise.kind === 'varies') return null;
  return noise.kind === 'repeats' && rule.mode === 'lines' ? { ...rule, vary: noise.vary } : rule;
}

/** Why the output cannot be compared as the config demands; null when it can. */
export function outputProblem({ check }: Asked, noise: PrintedNoise | undefined): string | null {
  if (noise === undefined) return null;
  if (check.benchmark_pattern !== undefined && noise.kind === 'nothing') return 'nothing that it prints fits `check.benchmark_pattern`';
  if (check.benchmark !== 'exact' && check.benchmark !== 'numbers') return null;
  if (noise.kind === 'varies') return `what it prints is not the same twice: ${noise.text}`;
  return noise.kind === 'repeats' && noise.vary.length > 0 ? `lines such as ${formsText(noise.vary)} are not the same twice` : null;
}

/** What the pairs of a trial say of the benchmark's output; nothing where it was not compared. */
export function printedChecked(pairs: readonly Pair[], { output }: { output?: OutputRule }): Checked[] {
  const compared = pairs.filter(({ printed }) => printed !== undefined);
  if (output === undefined || compared.length === 0) return [];
  const same = compared.filter(({ printed }) => printed?.kind === 'same').length;
  if (compared.every(({ printed }) => printed?.kind === 'nothing')) return [{ text: 'the benchmark prints nothing besides its metrics, so nothing of it was compared', seeds: [] }];
  const apart = output.vary.length === 0 ? '' : `, apart from lines that vary by themselves (${formsText(output.vary)})`;
  const how = output.mode === 'numbers' ? ', numbers within the tolerance' : '';
  return [{ text: `what the benchmark prints: the same in ${same} of ${compared.length} pairs${how}${apart}`, seeds: [] }];
}

/** Said when the output of the benchmark could not be compared though nobody switched that off; else null. */
export function printedNote(config: Asked, noise: PrintedNoise | undefined): string | null {
  if (outputRuleOfNoise(config) === null || noise?.kind !== 'varies') return null;
  return `What the benchmark prints is not compared: two worktrees of the base print different things (${noise.text}). \`check.benchmark_pattern\` can name the lines that count.`;
}
