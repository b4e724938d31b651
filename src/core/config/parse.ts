import { PerfloopError } from '../errors.js';
import { benchmarksOf, type Benchmark } from './benchmarks.js';
import { issueText, problemsOf, type Problem } from './problems.js';
import { crossProblems } from './rules.js';
import { configSchema, type Config } from './schema.js';
import { withService } from './service.js';
import { type FileProblem, type StepFiles, withStepFiles } from './step-files.js';
import { parseToml, placeOf, plainValue, type TomlPlace } from './toml.js';

/** More than a person reads at once; a hostile file could bring as many as it has lines. */
const maxProblems = 50;

/**
 * Reads the text of a `perfloop.toml`, with the files of steps that it names. Durations come out in milliseconds, defaults
 * filled in. Throws `PL_CONFIG_SYNTAX` when it is not TOML, `PL_CONFIG_TOO_LARGE` when nobody wrote it, else `PL_CONFIG_INVALID` with every problem, one line each:
 * `perfloop.toml:12: loop.ronds: unknown key; did you mean rounds? allowed: rounds, ...`.
 */
export function parseConfig(text: string, fileName: string, files?: StepFiles): Config {
  return parsePlacedConfig(text, fileName, files).config;
}

/** A config, with who can say where in its files something stands. */
export interface PlacedConfig {
  config: Config;
  /** One more error with these problems, as those of parsing. */
  refuse: (problems: readonly Problem[]) => PerfloopError;
}

/** The same, for who looks at more than the text. */
export function parsePlacedConfig(text: string, fileName: string, files: StepFiles = { config: fileName, texts: new Map(), shown: (path) => path }): PlacedConfig {
  const { root, problems, wanted } = withStepFiles(parseToml(text, fileName), files);
  const missing = wanted.map((path): FileProblem => ({ file: files.shown(path), line: null, key: '', text: 'is a file of steps that was not given' }));
  const value = plainValue(root);
  const placeAt = (path: readonly PropertyKey[]): TomlPlace => placeOf(root, path);
  return { config: validate(value, fileName, placeAt, [...problems, ...missing]), refuse: (found) => invalid(found.map((problem) => placed(problem, value, fileName, placeAt)), fileName) };
}

/** The files of steps that a config names, directly or not, and that are not among those given. What is no TOML names none. */
export function wantedStepFiles(text: string, files: StepFiles): string[] {
  try {
    return withStepFiles(parseToml(text, files.config), files).wanted;
  } catch (error) {
    if (error instanceof PerfloopError) return [];
    throw error;
  }
}

/** The same for a plain value that did not come from a file, such as one put together from command line flags. */
export function validateConfig(value: unknown, where: string): Config {
  return validate(value, where, () => ({ line: null, file: null, above: 0 }), []);
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

function validate(value: unknown, where: string, placeAt: (path: readonly PropertyKey[]) => TomlPlace, ofFiles: readonly FileProblem[]): Config {
  const parsed = configSchema.safeParse(value, { error: issueText });
  const found = [...(parsed.error?.issues ?? []).flatMap(problemsOf), ...crossProblems(value)].map((problem) => placed(problem, value, where, placeAt));
  const problems = [...ofFiles, ...found];
  if (parsed.success && problems.length === 0) return withService(parsed.data);
  throw invalid(problems, where);
}

function placed(problem: Problem, value: unknown, where: string, placeAt: (path: readonly PropertyKey[]) => TomlPlace): FileProblem {
  const { line, file, above } = placeAt(problem.path);
  return { file: file ?? where, line, key: keyOf(problem, value, above), text: problem.text };
}

function invalid(problems: readonly FileProblem[], where: string): PerfloopError {
  // A file that is used twice has its mistakes once.
  const lines = [...new Set(inOrder(problems, where).map(({ file, line, key, text }) => `${line === null ? file : `${file}:${line}`}: ${key === '' ? '' : `${key}: `}${text}`))];
  return new PerfloopError('PL_CONFIG_INVALID', `${where} has ${lines.length === 1 ? 'one problem' : `${lines.length} problems`}`, {
    where,
    problems: lines.length > maxProblems ? [...lines.slice(0, maxProblems), `and ${lines.length - maxProblems} more`] : lines,
    fix: 'Correct these keys; docs/config.md lists every key with its default.',
  });
}

/** The config itself first, then each file of steps, by lines. */
function inOrder(problems: readonly FileProblem[], first: string): FileProblem[] {
  const files = [...new Set([first, ...problems.map(({ file }) => file)])];
  return problems.toSorted((one, other) => files.indexOf(one.file) - files.indexOf(other.file) || (one.line ?? 0) - (other.line ?? 0));
}

/** `metrics[0].pattern`, without the first parts of the path, which lead to a file. A command written as a string has no `run` of its own to point at. */
function keyOf({ path }: Problem, value: unknown, above: number): string {
  let text = '';
  let current: unknown = value;
  for (const [depth, part] of path.entries()) {
    if (typeof current === 'string') break;
    if (depth >= above) text += typeof part === 'number' ? `[${part}]` : `${text === '' ? '' : '.'}${String(part)}`;
    current = typeof current === 'object' && current !== null ? (current as Record<PropertyKey, unknown>)[part] : undefined;
  }
  return text;
}
