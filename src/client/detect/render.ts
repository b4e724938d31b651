import type { Detected, FoundBenchmark, FoundCommand, FoundTest, LikelyMetric } from './model.js';
import { tomlKey, tomlString } from './toml-text.js';

export interface MeasuredNoise {
  /** Fraction, as `verdict.min_gain`. */
  minGain: number;
  /** Standard deviation of the logarithm of one sample of the benchmark; null when it was not measured. */
  spread: number | null;
}

/** A commented perfloop.toml that `parseConfig` accepts. What was not found is there as a comment that says what to fill in. */
export function renderConfig(detected: Detected, noise: MeasuredNoise): string {
  const { main } = detected;
  const trusted = main?.benchmark != null && isTrusted(main.benchmark, main.metrics);
  const lines = [
    '# How perfloop builds, tests and measures this repository. Written from what its files say: check each command.',
    '# Every key, with its default: docs/config.md in the repository of perfloop.',
    ...(main?.notes ?? []).map((note) => `# Note: ${comment(note)}`),
    ...detected.others.map((other) => `# Note: there is also a project in ${other.language} (${comment(other.manifest ?? `${other.files} files`)}), which is not in here.`),
    '',
    '[target]',
    `name = ${tomlString(detected.name.replaceAll(/\p{Cc}/gu, '').slice(0, 80) || 'target')}`,
    ...command('setup', main?.setup ?? null, 'Nothing to install was found. Else: the command that installs dependencies.', 'make deps'),
    '# Files that git does not hold and the benchmark needs:',
    '# link = ["data/input.bin"]',
    '',
    '[commands]',
    ...command('build', main?.build ?? null, 'No build was found. Else:', 'make'),
    ...command('test', main?.test ?? null, 'No tests were found. Without tests, nothing tells a fast candidate from a broken one:', 'make test'),
    ...benchmark(main?.benchmark ?? null, trusted),
    '# Prints results of the code; a candidate must print the same as the code before it:',
    '# check = "node results.js"',
    '',
    ...results(main?.test ?? null),
    ...metrics(main?.metrics ?? [], trusted),
    '[verdict]',
    noise.spread === null ? '# The noise of the benchmark was not measured.' : `# One sample of the benchmark varies by ${percent(noise.spread)} (standard deviation). A smaller min_gain needs more samples.`,
    `min_gain = ${Number(Math.min(1, Math.max(0, noise.minGain)).toFixed(4))}`,
    '',
    '# Also tries what can be turned without a change of code, such as flags of a compiler or sizes of a heap: docs/knobs.md.',
    '[propose.knobs]',
    'enabled = true',
    '',
    '# When to stop:',
    '# [loop]',
    '# rounds = 3',
    '# max_wall = "8h"',
    '',
    '# Let a person decide on each accepted candidate ("each") or on the branch at the end ("final"):',
    '# [approval]',
    '# mode = "each"',
    '',
  ];
  return lines.join('\n');
}

/** Whether the benchmark can be measured as it was found, or a person must first say which number counts. */
export function isTrusted(found: FoundBenchmark, likely: readonly LikelyMetric[]): boolean {
  return found.measures === 'wall' || likely.some((metric) => metric.certain);
}

function command(key: string, found: FoundCommand | null, missing: string, example: string): string[] {
  if (found === null) return [`# ${missing}`, `# ${key} = ${tomlString(example)}`];
  return [`# From: ${comment(found.evidence)}${found.caution === undefined ? '' : `. Check: ${comment(found.caution)}`}`, `${key} = ${commandValue(found)}`];
}

function results(test: FoundTest | null): string[] {
  if (test?.results === undefined) return [];
  const { format, file } = test.results;
  return ['# Each test that passes at the base must pass at a candidate. The options above make the command write their names to this file:', '[tests]', `format = ${tomlString(format)}`, `report = ${tomlString(file)}`, ''];
}

function benchmark(found: FoundBenchmark | null, trusted: boolean): string[] {
  if (found === null) return command('benchmark', null, 'No benchmark was found, and perfloop needs one: a command that does a fixed amount of work in a few tenths of a second.', 'node bench/main.js');
  if (trusted) return command('benchmark', found, '', '');
  return [
    `# Found ${comment(found.evidence)}, but ${comment(found.caution ?? 'it repeats its work for a fixed time')}: its wall time says nothing. Either let it do a`,
    '# fixed amount of work, or take this line in together with a metric for the number it prints:',
    `# benchmark = ${commandValue(found)}`,
  ];
}

function metrics(likely: readonly LikelyMetric[], trusted: boolean): string[] {
  const certain = likely.filter((metric) => metric.certain);
  if (certain.length > 0) return certain.flatMap((metric) => [...metricLines(metric, certain.length > 1), '']);
  const intro = trusted ? '# Without a metric, the wall time of the benchmark counts. To take a number that it prints instead:' : '# The number that the benchmark prints:';
  if (likely.length === 0) return [intro, '# [[metrics]]', '# name = "throughput"', "# pattern = 'throughput: ([0-9.]+)'", '# goal = "max"', ''];
  return [intro, ...likely.flatMap((metric) => metricLines(metric, false).map((line) => (line.startsWith('#') ? line : `# ${line}`))), ''];
}

function metricLines({ name, pattern, unit, goal, evidence }: LikelyMetric, primary: boolean): string[] {
  return [
    `# From: ${comment(evidence)}`,
    '[[metrics]]',
    `name = ${tomlString(name)}`,
    `pattern = ${tomlString(pattern)}`,
    ...(unit === '' ? [] : [`unit = ${tomlString(unit)}`]),
    `goal = ${tomlString(goal)}`,
    ...(primary ? ['primary = true'] : []),
  ];
}

function commandValue({ run, env }: FoundCommand): string {
  const entries = Object.entries(env).map(([name, value]) => `${tomlKey(name)} = ${tomlString(value)}`);
  return entries.length === 0 ? tomlString(run) : `{ run = ${tomlString(run)}, env = { ${entries.join(', ')} } }`;
}

/** What a repository says of itself must not end the comment it stands in. */
function comment(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}

function percent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(2))}%`;
}
