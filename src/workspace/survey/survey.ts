import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { benchmarksOf } from '../../core/config/benchmarks.js';
import type { Config } from '../../core/config/schema.js';
import { languageOf } from '../../core/language.js';
import type { Survey } from '../../core/survey.js';
import { importsOf, packageOf, resolveImport } from './imports.js';

const mostFiles = 5000;
const mostBytes = 1024 * 1024;
const configurationFiles = /(?:^|\/)(?:package\.json|tsconfig[^/]*\.json|pyproject\.toml|setup\.(?:py|cfg)|requirements[^/]*\.txt|Cargo\.toml|go\.mod|CMakeLists\.txt|Makefile|Dockerfile|\.env[^/]*|perfloop\.toml|[^/]*\.config\.[cm]?[jt]s)$/;

interface Source {
  file: string;
  text: string;
}

/** Looks at every source file of a worktree once. `files` are the paths of its commit. */
export async function surveyRepository(request: { worktree: string; files: readonly string[]; config: Config; benchmark: Survey['benchmark']; testMs: number | null }): Promise<{ survey: Survey; warnings: string[] }> {
  const { worktree, files, config, benchmark, testMs } = request;
  const readable = files.filter((file) => languageOf(file) !== 'other' && !/(?:^|\/)node_modules\//.test(file));
  const sources = (await Promise.all(readable.slice(0, mostFiles).map((file) => read(worktree, file)))).filter((source) => source !== null);
  const known = new Set(files);
  const graph = new Map(sources.map(({ file, text }) => [file, importsOf(text, languageOf(file))]));
  const starts = entryFiles(config, known);
  const survey: Survey = {
    languages: languagesOf(sources),
    entries: await entriesOf(worktree, config, known),
    reached: reachedFrom(starts, graph, known),
    dependencies: dependenciesOf(graph),
    configurations: files.filter((file) => configurationFiles.test(file)).slice(0, 50),
    benchmark: { wallMs: benchmark.wallMs, metrics: benchmark.metrics },
    tests: { ran: testMs !== null, wallMs: testMs ?? 0 },
  };
  return { survey, warnings: readable.length > mostFiles ? [`Only the first ${mostFiles} of ${readable.length} source files were surveyed.`] : [] };
}

async function read(worktree: string, file: string): Promise<Source | null> {
  const bytes = await readFile(join(worktree, file)).catch(() => null);
  return bytes === null || bytes.length > mostBytes ? null : { file, text: bytes.toString('utf8') };
}

function languagesOf(sources: readonly Source[]): Survey['languages'] {
  const totals = new Map<ReturnType<typeof languageOf>, { files: number; lines: number }>();
  for (const { file, text } of sources) {
    const language = languageOf(file);
    const total = totals.get(language) ?? { files: 0, lines: 0 };
    totals.set(language, { files: total.files + 1, lines: total.lines + text.split('\n').length });
  }
  return [...totals].map(([language, total]) => ({ language, ...total })).sort((one, other) => other.lines - one.lines);
}

/** Files of the repository that the benchmark commands name. */
function entryFiles(config: Config, files: ReadonlySet<string>): string[] {
  const named = benchmarksOf(config).flatMap(({ command }) => {
    const words = command.run.split(/[\s'"=;|&<>()]+/).filter((word) => word !== '');
    return words.map((word) => posix.normalize(posix.join(command.cwd, word)));
  });
  return [...new Set(named)].filter((path) => files.has(path));
}

function reachedFrom(starts: readonly string[], graph: ReadonlyMap<string, string[]>, files: ReadonlySet<string>): Survey['reached'] {
  const importers = new Map<string, Set<string>>();
  const queue = [...starts];
  const seen = new Set(starts);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const name of graph.get(next) ?? []) {
      const file = resolveImport(name, next, files);
      if (file === null) continue;
      importers.set(file, (importers.get(file) ?? new Set()).add(next));
      if (seen.has(file)) continue;
      seen.add(file);
      queue.push(file);
    }
  }
  return [...importers].map(([file, by]) => ({ file, importers: by.size })).sort((one, other) => other.importers - one.importers || (one.file < other.file ? -1 : 1)).slice(0, 200);
}

function dependenciesOf(graph: ReadonlyMap<string, string[]>): Survey['dependencies'] {
  const users = new Map<string, number>();
  for (const [file, names] of graph) {
    const packages = new Set(names.map((name) => packageOf(name, languageOf(file))).filter((name) => name !== null));
    for (const name of packages) users.set(name, (users.get(name) ?? 0) + 1);
  }
  return [...users].map(([name, count]) => ({ name, files: count })).sort((one, other) => other.files - one.files || (one.name < other.name ? -1 : 1)).slice(0, 100);
}

async function entriesOf(worktree: string, config: Config, files: ReadonlySet<string>): Promise<Survey['entries']> {
  const commands = (['build', 'test', 'smoke', 'benchmark', 'profile', 'check'] as const).flatMap((role) => {
    const command = config.commands[role];
    return command === undefined ? [] : [{ name: role, command: command.run, file: null }];
  });
  const scripts = files.has('package.json') ? await packageEntries(worktree) : [];
  return [...commands, ...scripts, ...[...files].filter((file) => /(?:^|\/)__main__\.py$/.test(file)).map((file) => ({ name: posix.dirname(file), command: `python -m ${posix.dirname(file).replaceAll('/', '.')}`, file }))].slice(0, 50);
}

async function packageEntries(worktree: string): Promise<Survey['entries']> {
  try {
    const manifest = JSON.parse(await readFile(join(worktree, 'package.json'), 'utf8')) as { main?: unknown; bin?: unknown; scripts?: unknown };
    const scripts = Object.entries((manifest.scripts ?? {}) as Record<string, unknown>).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    const bins = typeof manifest.bin === 'string' ? [['bin', manifest.bin] as const] : Object.entries((manifest.bin ?? {}) as Record<string, string>);
    return [
      ...(typeof manifest.main === 'string' ? [{ name: 'main', command: '', file: manifest.main }] : []),
      ...bins.map(([name, file]) => ({ name, command: `node ${file}`, file })),
      ...scripts.map(([name, command]) => ({ name: `npm run ${name}`, command, file: null })),
    ];
  } catch {
    // A manifest that does not parse has no entries to tell of; the target's own tools will say so.
    return [];
  }
}
