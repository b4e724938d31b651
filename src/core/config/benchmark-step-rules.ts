import { didYouMean } from '../did-you-mean.js';
import type { Problem } from './problems.js';
import { isTable, type Table } from './table.js';

/** What must fit together between steps of type `benchmark`, the metrics and `loop.baseline`. */
export function benchmarkStepProblems(config: Table): Problem[] {
  const steps = benchmarkSteps(config['steps'], ['steps']);
  return [...steps.flatMap((step) => [...ownMetricsProblems(config, step), ...goalProblems(step)]), ...baselineProblems(config, steps)];
}

interface Found {
  step: Table;
  path: PropertyKey[];
}

function benchmarkSteps(steps: unknown, path: readonly PropertyKey[]): Found[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, position): Found[] => {
    if (!isTable(step)) return [];
    const here = [...path, position];
    return step['type'] === 'benchmark' ? [{ step, path: here }] : benchmarkSteps(step['steps'], [...here, 'steps']);
  });
}

function ownMetricsProblems(config: Table, { step, path }: Found): Problem[] {
  if (!isTable(step['metrics']) || step['command'] !== undefined || namesIn(config['benchmarks']).length === 0) return [];
  return [{ path: [...path, 'metrics'], text: 'there are several [[benchmarks]], and these patterns are of none of them: give the step a command of its own, or leave the patterns to [[metrics]]' }];
}

function goalProblems({ step, path }: Found): Problem[] {
  if (!isTable(step['goals'])) return [];
  const names = isTable(step['metrics']) ? Object.keys(step['metrics']) : [];
  if (names.length === 0) return [{ path: [...path, 'goals'], text: 'says which of the `metrics` of this step are better when they are more, and it has none; the `goal` of [[metrics]] stands there' }];
  return Object.keys(step['goals']).filter((name) => !names.includes(name)).map((name) => ({ path: [...path, 'goals', name], text: `is none of the metrics of this step${didYouMean(name, names)}; they are ${names.join(', ')}` }));
}

function baselineProblems(config: Table, steps: readonly Found[]): Problem[] {
  const baseline = isTable(config['loop']) ? config['loop']['baseline'] : undefined;
  if (!isTable(baseline)) return [];
  if (steps.length === 0) return [{ path: ['loop', 'baseline'], text: 'is what steps of type `benchmark` are compared with, and there is none among [[steps]]' }];
  const own = steps.flatMap(({ step }) => (isTable(step['metrics']) ? Object.keys(step['metrics']) : []));
  const known = [...new Set([...own, ...namesIn(config['metrics']), ...namesIn(config['benchmarks']), 'wall'])];
  return Object.keys(baseline).filter((name) => !known.includes(name)).map((name) => ({ path: ['loop', 'baseline', name], text: `is no metric that a step of type \`benchmark\` reads${didYouMean(name, known)}; there are ${known.join(', ')}` }));
}

function namesIn(list: unknown): string[] {
  return Array.isArray(list) ? list.flatMap((entry: unknown) => (isTable(entry) && typeof entry['name'] === 'string' ? [entry['name']] : [])) : [];
}
