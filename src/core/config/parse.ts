import { PerfloopError } from '../errors.js';
import { benchmarksOf, type Benchmark } from './benchmarks.js';
import { issueText, problemsOf, type Problem } from './problems.js';
import { crossProblems } from './rules.js';
import { configSchema, type Config } from './schema.js';
import { withService } from './service.js';
import { lineOf, parseToml, plainValue } from './toml.js';

/** More than a person reads at once; a hostile file could bring as many as it has lines. */
const maxProblems = 50;

/**
 * Reads the text of a `perfloop.toml`. Durations come out in milliseconds, defaults filled in.
 * Throws `PL_CONFIG_SYNTAX` when it is not TOML, else `PL_CONFIG_INVALID` with every problem, one line each:
 * `perfloop.toml:12: loop.ronds: unknown key; did you mean rounds? allowed: rounds, ...`.
 */
export function parseConfig(text: string, fileName: string): Config {
  const root = parseToml(text, fileName);
  return validate(plainValue(root), fileName, (path) => lineOf(root, path));
}

/** The same for a plain value that did not come from a file, such as one put together from command line flags. */
export function validateConfig(value: unknown, where: string): Config {
  return validate(value, where, () => null);
}

/** The config of a repository that says nothing. */
export function defaultConfig(): Config {
  return configSchema.parse({});
}

/** Apart from parsing, because `judge` can be given its benchmark on the command line. Throws `PL_CONFIG_NO_BENCHMARK`. */
export function requireBenchmark(config: Config, fileName = 'perfloop.toml'): Benchmark {
  const [first] = benchmarksOf(config);
  if (first === undefined) {
    throw new PerfloopError('PL_CONFIG_NO_BENCHMARK', 'there is no benchmark, so nothing can be measured', {
      where: `${fileName}, commands.benchmark`,
      fix: 'Say what to measure: `benchmark = "node bench/main.js"` under [commands], [[benchmarks]] for several, or `--benchmark CMD` for judge.',
    });
  }
  return first;
}

function validate(value: unknown, where: string, line: (path: readonly PropertyKey[]) => number | null): Config {
  const parsed = configSchema.safeParse(value, { error: issueText });
  const problems = [...(parsed.error?.issues ?? []).flatMap(problemsOf), ...crossProblems(value)];
  if (parsed.success && problems.length === 0) return withService(parsed.data);
  const lines = problems
    .map((problem) => ({ problem, line: line(problem.path) }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(({ problem, line }) => `${line === null ? where : `${where}:${line}`}: ${keyOf(problem, value)}${problem.text}`);
  throw new PerfloopError('PL_CONFIG_INVALID', `${where} has ${lines.length === 1 ? 'one problem' : `${lines.length} problems`}`, {
    where,
    problems: lines.length > maxProblems ? [...lines.slice(0, maxProblems), `and ${lines.length - maxProblems} more`] : lines,
    fix: 'Correct these keys; docs/config.md lists every key with its default.',
  });
}

/** `metrics[0].pattern: `. A command written as a string has no `run` of its own to point at. */
function keyOf({ path }: Problem, value: unknown): string {
  let text = '';
  let current: unknown = value;
  for (const part of path) {
    if (typeof current === 'string') break;
    text += typeof part === 'number' ? `[${part}]` : `${text === '' ? '' : '.'}${String(part)}`;
    current = typeof current === 'object' && current !== null ? (current as Record<PropertyKey, unknown>)[part] : undefined;
  }
  return text === '' ? '' : `${text}: `;
}
