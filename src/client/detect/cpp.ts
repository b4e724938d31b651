import { dirname, join } from 'node:path';
import { chooseBenchmark } from './choose.js';
import { makeTargets } from './makefile.js';
import type { FoundBenchmark, LikelyMetric, Project } from './model.js';
import { printedMetrics } from './printed.js';
import type { Repository } from './repository.js';
import { shellWord } from '../../core/shell-word.js';

export async function detectCpp(repository: Repository): Promise<Project | null> {
  const files = repository.matching(/\.(?:c|cc|cpp|cxx|h|hpp|cu|cuh)$/).length;
  if (files === 0) return null;
  const shared = { language: 'c++' as const, files, packageManager: null, setup: null, notes: [] };
  if (repository.has('CMakeLists.txt')) return { ...shared, manifest: 'CMakeLists.txt', ...(await cmake(repository)) };
  const make = await makeTargets(repository);
  if (make !== null) return { ...shared, manifest: 'Makefile', ...make, metrics: [] };
  return { ...shared, manifest: null, build: null, test: null, benchmark: null, metrics: [] };
}

async function cmake(repository: Repository): Promise<Pick<Project, 'build' | 'test' | 'benchmark' | 'metrics'>> {
  const lists = new Map<string, string>();
  for (const file of repository.matching(/(?:^|\/)CMakeLists\.txt$/)) lists.set(file, (await repository.read(file)) ?? '');
  const testing = [...lists].find(([, text]) => /^[ \t]*(?:enable_testing\s*\(|include\s*\(\s*CTest)/im.test(text))?.[0];
  const { benchmark, metrics } = await benchmarkOf(repository, lists);
  return {
    build: { run: 'cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build --parallel', env: {}, evidence: 'CMakeLists.txt' },
    test: testing === undefined ? null : { run: 'ctest --test-dir build --output-on-failure', env: {}, evidence: `testing is enabled in ${testing}` },
    benchmark,
    metrics,
  };
}

async function benchmarkOf(repository: Repository, lists: ReadonlyMap<string, string>): Promise<{ benchmark: FoundBenchmark | null; metrics: LikelyMetric[] }> {
  const programs = [...lists].flatMap(([list, text]) => [...text.matchAll(/^[ \t]*add_executable\s*\(\s*([\w.-]{0,60}?bench[\w.-]{0,60})\s+([^)]{0,2000})\)/gim)].map((match) => ({ list, text, name: match[1] ?? '', sources: (match[2] ?? '').split(/\s+/) })));
  const chosen = chooseBenchmark(programs.map(({ name }) => name));
  const program = programs.find(({ name }) => name === chosen?.file);
  if (chosen === null || program === undefined) return { benchmark: null, metrics: [] };
  const folder = dirname(program.list);
  const file = program.sources.map((source) => join(folder, source)).find((path) => repository.has(path));
  const source = file === undefined ? '' : ((await repository.read(file)) ?? '');
  const google = program.text.includes('benchmark::benchmark') || source.includes('benchmark/benchmark.h');
  const cautions = chosen.caution === undefined ? [] : [chosen.caution];
  if (google) cautions.push('Google Benchmark repeats the work for a fixed time');
  return {
    benchmark: {
      run: `./${shellWord(join('build', folder, program.name))}`,
      env: {},
      evidence: `add_executable(${program.name}) in ${program.list}`,
      measures: google ? 'printed' : 'wall',
      ...(cautions.length === 0 ? {} : { caution: cautions.join('; ') }),
    },
    metrics: google ? googleMetrics(source, file ?? program.list) : printedMetrics(source, file ?? program.list),
  };
}

/** The lines of Google Benchmark's console format, `BM_Name   1234 ns   1230 ns   5000`. */
function googleMetrics(source: string, file: string): LikelyMetric[] {
  const names = [...source.matchAll(/^[ \t]*BENCHMARK\((\w+)\)/gm)].map((match) => match[1] ?? '');
  return [...new Set(names)].slice(0, 8).map((name) => ({ name: name.slice(0, 60), pattern: String.raw`^${name}\s+([0-9.]+) ns`, unit: 'ns', goal: 'min', evidence: file, certain: false }));
}
