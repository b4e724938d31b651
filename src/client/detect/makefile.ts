import type { FoundBenchmark, FoundCommand } from './model.js';
import type { Repository } from './repository.js';

export interface MakeTargets {
  build: FoundCommand;
  test: FoundCommand | null;
  benchmark: FoundBenchmark | null;
}

/** What the Makefile at the root offers. */
export async function makeTargets(repository: Repository): Promise<MakeTargets | null> {
  const file = ['GNUmakefile', 'makefile', 'Makefile'].find((name) => repository.has(name));
  const text = file === undefined ? null : await repository.read(file);
  if (file === undefined || text === null) return null;
  const targets = new Set([...text.matchAll(/^([A-Za-z][\w.-]{0,60})[^=:\n]{0,300}:(?!=)/gm)].map((match) => match[1] ?? ''));
  const first = (...names: string[]): FoundCommand | null => {
    const name = names.find((candidate) => targets.has(candidate));
    return name === undefined ? null : { run: `make ${name}`, env: {}, evidence: `target \`${name}\` in ${file}` };
  };
  const benchmark = first('bench', 'benchmark');
  return {
    build: first('release', 'all', 'build') ?? { run: 'make', env: {}, evidence: file },
    test: first('test', 'check', 'tests'),
    benchmark: benchmark === null ? null : { ...benchmark, measures: 'wall', caution: 'make may build before it runs: the benchmark program by itself measures better' },
  };
}
