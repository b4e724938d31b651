import { basename } from 'node:path';
import { chooseBenchmark } from './choose.js';
import { listOf, tableOf, textOf, type Table } from './json.js';
import { readManifest } from './manifest.js';
import type { FoundBenchmark, LikelyMetric, Project } from './model.js';
import { escapeRegex, printedMetrics } from './printed.js';
import type { Repository } from './repository.js';
import { shellWord } from '../../core/shell-word.js';

export async function detectRust(repository: Repository): Promise<Project | null> {
  const notes: string[] = [];
  const manifest = await readManifest(repository, 'Cargo.toml', notes);
  const files = repository.matching(/\.rs$/).length;
  if (manifest === null && files === 0) return null;
  if (manifest?.['workspace'] !== undefined) notes.push('This is a workspace of several crates: the benchmark may have to name one with `-p`.');
  const { benchmark, metrics, builds } = await benchmarkOf(repository, manifest ?? {});
  const locked = repository.has('Cargo.lock');
  return {
    language: 'rust',
    files,
    manifest: manifest === null ? null : 'Cargo.toml',
    packageManager: { name: 'cargo', evidence: locked ? 'Cargo.lock' : 'Cargo.toml' },
    setup: { run: `cargo fetch${locked ? ' --locked' : ''}`, env: {}, evidence: locked ? 'Cargo.lock' : 'Cargo.toml' },
    build: { run: ['cargo build --release', ...builds].join(' && '), env: {}, evidence: 'Cargo.toml' },
    test: { run: 'cargo test', env: {}, evidence: 'Cargo.toml' },
    benchmark,
    metrics,
    notes,
  };
}

/** `builds`: what compiles the benchmark, so that measuring it compiles nothing. */
async function benchmarkOf(repository: Repository, manifest: Table): Promise<{ benchmark: FoundBenchmark | null; metrics: LikelyMetric[]; builds: string[] }> {
  const example = chooseBenchmark(repository.matching(/^examples\/(?:bench|benchmark|perf)[^/]*\.rs$/));
  if (example !== null) {
    const name = basename(example.file, '.rs');
    const source = (await repository.read(example.file)) ?? '';
    const benchmark: FoundBenchmark = { run: `./target/release/examples/${shellWord(name)}`, env: {}, evidence: example.file, measures: 'wall', ...(example.caution === undefined ? {} : { caution: example.caution }) };
    return { benchmark, metrics: printedMetrics(source, example.file), builds: [`cargo build --release --example ${shellWord(name)}`] };
  }
  const declared = listOf(manifest['bench']).map(tableOf);
  const files = repository.matching(/^benches\/[^/]+\.rs$/);
  const chosen = chooseBenchmark(files.length > 0 ? files : declared.map((bench) => textOf(bench['path']) ?? `benches/${textOf(bench['name']) ?? ''}.rs`));
  if (chosen === null) return { benchmark: null, metrics: [], builds: [] };
  const { file } = chosen;
  const name = basename(file, '.rs');
  const source = (await repository.read(file)) ?? '';
  const harness = tableOf(declared.find((bench) => bench['name'] === name))['harness'] !== false;
  const library = /\b(criterion|divan)\b/.exec(source)?.[1] ?? (harness ? 'libtest' : null);
  const cautions = chosen.caution === undefined ? [] : [chosen.caution];
  cautions.push(library === null ? 'what cargo takes to start is measured too' : `${library} repeats the work for a fixed time`);
  // Without this form criterion prints ns, µs or ms as it sees fit, and the number alone would mean nothing.
  const run = `cargo bench --bench ${shellWord(name)}${library === 'criterion' ? ' -- --output-format bencher' : ''}`;
  return {
    benchmark: { run, env: {}, evidence: file, measures: library === null ? 'wall' : 'printed', ...(cautions.length === 0 ? {} : { caution: cautions.join('; ') }) },
    metrics: library === null ? printedMetrics(source, file) : library === 'criterion' ? criterionMetrics(source, file) : [],
    builds: [`cargo bench --no-run --bench ${shellWord(name)}`],
  };
}

/** The lines of criterion's bencher format, `test NAME ... bench:  1234 ns/iter (+/- 5)`. */
function criterionMetrics(source: string, file: string): LikelyMetric[] {
  const names = [...source.matchAll(/\.bench_function\(\s*"([A-Za-z][^"\n]*)"/g)].map((match) => match[1] ?? '');
  return [...new Set(names)].slice(0, 8).map((name) => ({
    name: name.replaceAll(/[^\w@.\- ]/g, '-').slice(0, 60),
    pattern: String.raw`^test ${escapeRegex(name)}\s+\.\.\. bench:\s+([0-9]+) ns/iter`,
    unit: 'ns',
    goal: 'min',
    evidence: file,
    certain: false,
  }));
}
