import { dirname } from 'node:path';
import type { FoundBenchmark, LikelyMetric, Project } from './model.js';
import type { Repository } from './repository.js';
import { shellWord } from '../../core/shell-word.js';

/** Each takes about a second a sample; the verdict needs dozens of samples. */
const mostBenchmarks = 6;

export async function detectGo(repository: Repository): Promise<Project | null> {
  const files = repository.matching(/\.go$/);
  const module = repository.has('go.mod');
  if (!module && files.length === 0) return null;
  const { benchmark, metrics } = await benchmarksOf(repository, files);
  const sums = repository.has('go.sum');
  return {
    language: 'go',
    files: files.length,
    manifest: module ? 'go.mod' : null,
    packageManager: module ? { name: 'go', evidence: 'go.mod' } : null,
    setup: sums ? { run: 'go mod download', env: {}, evidence: 'go.sum' } : null,
    build: { run: 'go build ./...', env: {}, evidence: module ? 'go.mod' : '*.go' },
    test: files.some((file) => file.endsWith('_test.go')) ? { run: 'go test ./...', env: {}, evidence: files.find((file) => file.endsWith('_test.go')) ?? '' } : null,
    benchmark,
    metrics,
    notes: module ? [] : ['There is no go.mod at the root: the commands may need a `cwd`.'],
  };
}

interface Benchmark {
  name: string;
  file: string;
  /** It runs sub-benchmarks, which print lines of their own in place of its line. */
  nested: boolean;
}

async function benchmarksOf(repository: Repository, files: readonly string[]): Promise<{ benchmark: FoundBenchmark | null; metrics: LikelyMetric[] }> {
  const all: Benchmark[] = [];
  for (const file of files.filter((path) => path.endsWith('_test.go'))) {
    const source = (await repository.read(file)) ?? '';
    const heads = [...source.matchAll(/^func (Benchmark\w*)\(\w+ \*testing\.B\)/gm)];
    for (const [position, head] of heads.entries()) {
      const body = source.slice(head.index, heads[position + 1]?.index);
      all.push({ name: head[1] ?? '', file, nested: /\b\w+\.Run\(/.test(body) });
    }
  }
  // A name that two packages use cannot be told apart in the output.
  const clear = all.filter(({ name, nested }) => !nested && all.filter((other) => other.name === name).length === 1);
  const chosen = (clear.length > 0 ? clear : all).slice(0, mostBenchmarks);
  const [first] = chosen;
  if (first === undefined) return { benchmark: null, metrics: [] };
  const packages = [...new Set(chosen.map(({ file }) => shellWord(`./${dirname(file)}`).replace(/\/\.$/, '')))];
  const run = `go test -run '^$' -bench '^(${[...new Set(chosen.map(({ name }) => name))].join('|')})$' -benchtime 200ms ${packages.join(' ')}`;
  const passedOver = all.length - chosen.length;
  return {
    benchmark: {
      run,
      env: {},
      evidence: `${first.name} in ${first.file}`,
      measures: 'printed',
      caution: `go test repeats the work for a fixed time${passedOver > 0 ? `; ${passedOver} more benchmarks are not in it` : ''}`,
    },
    metrics: clear.length === 0 ? [] : chosen.map(({ name, file }) => metricOf(name, file)),
  };
}

/** The line `BenchmarkName-8   1000   1234 ns/op`. */
function metricOf(name: string, file: string): LikelyMetric {
  const short = name.replace(/^Benchmark_?/, '');
  return {
    name: /^[A-Za-z]\w{0,59}$/.test(short) ? short : name.slice(0, 60),
    pattern: String.raw`^${name}(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op`,
    unit: 'ns/op',
    goal: 'min',
    evidence: file,
    certain: true,
  };
}
