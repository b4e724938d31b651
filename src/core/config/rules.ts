import { orchestratorIsAnAgent } from './agent-rules.js';
import { benchmarkProblems } from './benchmark-rules.js';
import { benchmarkStepProblems } from './benchmark-step-rules.js';
import { casesAreWhole, checkHasCommand, checkKeysAreUsed, pathsAreWellFormed } from './check-rules.js';
import { knobProblems } from './knob-rules.js';
import { modelProblems } from './model-rules.js';
import { namedInSteps } from './named-in-steps.js';
import type { Problem } from './problems.js';
import { stepKeyProblems, stepPlanProblems } from './step-rules.js';
import { isTable, type Table } from './table.js';

/**
 * Rules over several keys. They read the values as written, because they must also speak when another part of the file
 * is wrong, and pass over what the schema complains of.
 */
export function crossProblems(config: unknown): Problem[] {
  if (!isTable(config)) return [];
  return rules.flatMap((rule) => rule(config));
}

const rules: readonly ((config: Table) => Problem[])[] = [benchmarkProblems, patternFitsSource, outsideIsACost, metricNamesDiffer, floorBelowCeiling, testsHaveCommand, reportIsRead, checkHasCommand, checkKeysAreUsed, pathsAreWellFormed, casesAreWhole, rooflineHasOneMetric, modelProblems, orchestratorIsAnAgent, knobProblems, stepKeyProblems, stepPlanProblems, namedInSteps, benchmarkStepProblems];

function testsHaveCommand(config: Table): Problem[] {
  if (config['tests'] === undefined || (isTable(config['commands']) && config['commands']['test'] !== undefined)) return [];
  return [{ path: ['tests'], text: 'there is no `test` in [commands], so there are no results to read; add that command or leave out [tests]' }];
}

function reportIsRead({ tests }: Table): Problem[] {
  if (!isTable(tests) || tests['format'] !== 'exit' || tests['report'] === undefined) return [];
  return [{ path: ['tests', 'report'], text: 'is not read with format = "exit", which looks at the exit code alone; leave out one of the two' }];
}

function metricsOf(config: Table): { metric: Table; path: PropertyKey[] }[] {
  const list: unknown[] = Array.isArray(config['metrics']) ? config['metrics'] : [];
  return list.flatMap((metric, position) => (isTable(metric) ? [{ metric, path: ['metrics', position] }] : []));
}

function patternFitsSource(config: Table): Problem[] {
  return metricsOf(config).flatMap(({ metric, path }) => {
    const { source, pattern, match, skip } = metric;
    if (isFromOutside(source) && pattern !== undefined) return [{ path: [...path, 'pattern'], text: `a metric with source = "${source}" is taken from outside and takes no pattern; leave out one of the two` }];
    if (source === 'regex' && pattern === undefined) return [{ path: [...path, 'pattern'], text: 'is missing: source = "regex" needs a pattern with one group, such as `time: ([0-9.]+) ms`' }];
    if (skip !== undefined && match !== 'median') return [{ path: [...path, 'skip'], text: 'leaves the first matches out of a median: set `match = "median"`' }];
    if (match !== undefined && pattern === undefined) return [{ path: [...path, 'match'], text: 'says which match of `pattern` counts, and this metric has no pattern' }];
    return [];
  });
}

const fromOutside = { wall: 'wall time', cpu: 'CPU time', memory: 'memory' } as const;

function isFromOutside(source: unknown): source is keyof typeof fromOutside {
  return typeof source === 'string' && Object.hasOwn(fromOutside, source);
}

function outsideIsACost(config: Table): Problem[] {
  return metricsOf(config).flatMap(({ metric: { source = 'wall', pattern, goal }, path }) => {
    if (goal !== 'max' || pattern !== undefined || !isFromOutside(source)) return [];
    return [{ path: [...path, 'goal'], text: `more ${fromOutside[source]} is never better: leave out goal, or give a \`pattern\` for the rate that the benchmark prints` }];
  });
}

function metricNamesDiffer(config: Table): Problem[] {
  const first = new Set<unknown>();
  return metricsOf(config).flatMap(({ metric: { name }, path }) => {
    if (typeof name !== 'string') return [];
    if (first.has(name)) return [{ path: [...path, 'name'], text: `two metrics are named ${JSON.stringify(name)}; each needs a name of its own` }];
    first.add(name);
    return [];
  });
}

function floorBelowCeiling(config: Table): Problem[] {
  return metricsOf(config).flatMap(({ metric: { floor, ceiling }, path }) => {
    if (typeof floor !== 'number' || typeof ceiling !== 'number' || floor <= ceiling) return [];
    return [{ path: [...path, 'floor'], text: `the floor ${floor} is above the ceiling ${ceiling}: no sample could pass` }];
  });
}

function rooflineHasOneMetric(config: Table): Problem[] {
  const { verdict } = config;
  if (!isTable(verdict) || verdict['roofline'] === undefined) return [];
  const marked = metricsOf(config).filter(({ metric }) => metric['primary'] === true).length;
  const benchmarks = Array.isArray(config['benchmarks']) ? config['benchmarks'].length : 0;
  const primary = marked === 0 ? benchmarks : marked;
  return primary < 2 ? [] : [{ path: ['verdict', 'roofline'], text: `is a value of the primary metric, and there are ${primary} of them; leave it out or mark one metric as primary` }];
}
