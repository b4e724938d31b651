import type { Iterations } from '../core/stats/iterations.js';
import type { Left, Outside, Sample } from '../core/sample.js';
import { bothLeft } from './left.js';

/**
 * One sample of the samples of several benchmarks on one side, in the order of the config: times added up, the largest memory, metrics side by
 * side (their names differ), and the failure of the first that failed, which says of which benchmark it is.
 */
export function combine(parts: readonly { name: string; sample: Sample }[]): Sample {
  const outside = { ...together(parts.map(({ sample }) => sample)), parts: Object.fromEntries(parts.map(({ name, sample }) => [name, together([sample])])) };
  const metrics: Record<string, number> = {};
  const iterations: Record<string, Iterations> = {};
  for (const { name, sample } of parts) {
    if (!sample.ok) return { ok: false, ...outside, failure: { ...sample.failure, benchmark: name } };
    Object.assign(metrics, sample.metrics);
    Object.assign(iterations, sample.iterations);
  }
  return { ok: true, ...outside, metrics, ...(Object.keys(iterations).length === 0 ? {} : { iterations }) };
}

/** What the machine does not tell of one is not known of all. */
function together(samples: readonly Outside[]): Outside {
  const any = (key: 'throttledMs' | 'overheated'): Partial<Outside> => {
    const total = sum(samples.map((sample) => sample[key] ?? 0));
    return total > 0 ? { [key]: total } : {};
  };
  const known = (key: 'cpuMs' | 'peakBytes'): number[] | null => {
    const values = samples.map((sample) => sample[key]).filter((value) => value !== undefined);
    return values.length === samples.length ? values : null;
  };
  const [cpuMs, peakBytes] = [known('cpuMs'), known('peakBytes')];
  return {
    wallMs: sum(samples.map(({ wallMs }) => wallMs)),
    ...(cpuMs === null ? {} : { cpuMs: sum(cpuMs) }),
    ...(peakBytes === null ? {} : { peakBytes: Math.max(...peakBytes) }),
    ...any('throttledMs'),
    ...any('overheated'),
    ...leftTogether(samples.flatMap(({ left }) => left ?? [])),
  };
}

function leftTogether(all: readonly Left[]): Pick<Outside, 'left'> {
  const [first] = all;
  if (first === undefined) return {};
  return { left: all.slice(1).reduce(bothLeft, first) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A sample of each benchmark on one side, as one. One alone, without a name, is its own sample. */
export async function takeEach<B extends { name: string | null }>(benchmarks: readonly B[], take: (benchmark: B) => Promise<Sample>): Promise<Sample> {
  const parts: { name: string; sample: Sample }[] = [];
  for (const benchmark of benchmarks) {
    const sample = await take(benchmark);
    if (benchmark.name === null) return sample;
    parts.push({ name: benchmark.name, sample });
  }
  return combine(parts);
}
