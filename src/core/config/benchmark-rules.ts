import type { Problem } from './problems.js';
import { isTable, type Table } from './table.js';

/** What must fit together between [[benchmarks]], `commands.benchmark` and [[metrics]]. */
export function benchmarkProblems(config: Table): Problem[] {
  const benchmarks = tablesOf(config['benchmarks']);
  return [...oneOrSeveral(config, benchmarks), ...namesDiffer(benchmarks), ...metricsName(config, benchmarks)];
}

function oneOrSeveral({ commands, service }: Table, benchmarks: readonly Table[]): Problem[] {
  const single = isTable(commands) && commands['benchmark'] !== undefined;
  if (service !== undefined && (single || benchmarks.length > 0)) return [{ path: ['service'], text: `there ${single ? 'is a `benchmark` in [commands]' : 'are [[benchmarks]]'} too: what is measured is one of the two, the \`load\` of the service or that` }];
  if (benchmarks.length === 0 || !isTable(commands) || commands['benchmark'] === undefined) return [];
  return [{ path: ['commands', 'benchmark'], text: 'there are [[benchmarks]] too: make it one of them, or leave out one of the two' }];
}

function namesDiffer(benchmarks: readonly Table[]): Problem[] {
  const first = new Set<unknown>();
  return benchmarks.flatMap(({ name }, position) => {
    if (typeof name === 'string' && first.has(name)) return [{ path: ['benchmarks', position, 'name'], text: `two benchmarks are named ${JSON.stringify(name)}; each needs a name of its own` }];
    first.add(name);
    return [];
  });
}

function metricsName(config: Table, benchmarks: readonly Table[]): Problem[] {
  const names = benchmarks.map(({ name }) => name);
  const metrics = tablesOf(config['metrics']);
  const counted = new Set(metrics.map((metric) => metric['benchmark']));
  return metrics.flatMap(({ name, benchmark }, position): Problem[] => {
    const path = ['metrics', position, 'benchmark'];
    if (benchmarks.length === 0) return benchmark === undefined ? [] : [{ path, text: 'there are no [[benchmarks]] to choose from; leave it out' }];
    if (benchmark === undefined) return [{ path, text: `is missing: say which of the benchmarks ${names.join(', ')} it is taken of` }];
    if (!names.includes(benchmark)) return [{ path, text: `there is no benchmark ${JSON.stringify(benchmark)}; there are ${names.join(', ')}` }];
    // A benchmark without a metric has one of its own name.
    if (name !== benchmark && names.includes(name) && !counted.has(name)) return [{ path: ['metrics', position, 'name'], text: `the wall time of the benchmark ${JSON.stringify(name)} has that name; choose another` }];
    return [];
  });
}

function tablesOf(list: unknown): Table[] {
  return Array.isArray(list) ? list.map((entry: unknown) => (isTable(entry) ? entry : {})) : [];
}
