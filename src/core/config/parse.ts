import { PerfloopError } from '../errors.js';
import { benchmarksOf, type Benchmark } from './benchmarks.js';
import { checkedValue, invalid, placed, type Checked, type PlaceAt } from './checked-value.js';
import type { Problem } from './problems.js';
import { crossProblems } from './rules.js';
import { configSchema, type Config } from './schema.js';
import { withService } from './service.js';
import { type FileProblem, type StepFiles, withStepFiles } from './step-files.js';
import { isTable, type Table } from './table.js';
import { parseToml, placeOf, plainValue } from './toml.js';

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

/** The same, for who looks at more than the text. `overrides`: tables of which each key holds in place of that of the file. */
export function parsePlacedConfig(text: string, fileName: string, files: StepFiles = { config: fileName, texts: new Map(), shown: (path) => path }, overrides: Table = {}): PlacedConfig {
  const { root, problems, wanted } = withStepFiles(parseToml(text, fileName), files);
  const missing = wanted.map((path): FileProblem => ({ file: files.shown(path), line: null, key: '', text: 'is a file of steps that was not given' }));
  const value = overridden(plainValue(root), overrides);
  const placeAt: PlaceAt = (path) => placeOf(root, path);
  return { config: validate(value, fileName, placeAt, [...problems, ...missing]), refuse: (found) => invalid(found.map((problem) => placed(problem, value, fileName, placeAt)), checked(fileName)) };
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

function overridden(value: unknown, overrides: Table): unknown {
  if (!isTable(value)) return value;
  return { ...value, ...Object.fromEntries(Object.entries(overrides).map(([key, over]) => [key, isTable(over) ? overridden(value[key] ?? {}, over) : over])) };
}

function validate(value: unknown, where: string, placeAt: PlaceAt, ofFiles: readonly FileProblem[]): Config {
  return withService(checkedValue(configSchema, value, { ...checked(where), placeAt, more: crossProblems(value), ofFiles }));
}

function checked(where: string): Checked {
  return { where, code: 'PL_CONFIG_INVALID', fix: 'Correct these keys; docs/config.md lists every key with its default.' };
}
