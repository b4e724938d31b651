import type { Pair, Sample, Stage } from '../../../src/core/sample.js';
import { metricRules, type MetricRule } from '../../../src/core/verdict/metrics.js';
import type { Rule } from '../../../src/core/verdict/rule.js';
import { schedulesOf } from '../../../src/core/verdict/schedules.js';
import { metricSchema, type MetricConfig } from '../../../src/core/config/schema.js';
import type { z } from 'zod';

export const metricConfig = (input: z.input<typeof metricSchema>): MetricConfig => metricSchema.parse(input);

export const wallOnly: MetricRule[] = metricRules([]);

/** By the rule of version 1. */
export const sequential = (metrics: MetricRule[] = wallOnly, delta = Math.log(1.02)): Rule => ({ v: 1, metrics, delta, protocol: { kind: 'sequential' } });

/** By the rule of today, with up to `builds` fresh builds of each side. */
export const current = (metrics: MetricRule[] = wallOnly, delta = Math.log(1.02), builds = 16): Rule & { v: 2 } => ({ v: 2, metrics, delta, protocol: { kind: 'sequential' }, ...schedulesOf({ kind: 'sequential' }, builds, true) });

export const ran = (wallMs: number, metrics: Record<string, number> = {}): Sample => ({ ok: true, wallMs, metrics });

export const failed: Sample = { ok: false, wallMs: 3, failure: { kind: 'exit', code: 3, signal: null, tail: 'one\nout of cheese\n' } };

/** One pair a couple of samples, indexed in order. */
export const pairsOf = (stage: Stage, samples: readonly [Sample, Sample][]): Pair[] =>
  samples.map(([a, b], index) => ({ stage, index, order: index % 2 === 0 ? 'ab' : 'ba', a, b, load: 0, at: index }));

/** Pairs whose wall-time log ratios are these. */
export const wallPairs = (stage: Stage, gains: readonly number[]): Pair[] => pairsOf(stage, gains.map((gain) => [ran(100), ran(100 * Math.exp(-gain))]));

/** The same pairs, going round so many builds. */
export const ofBuilds = (pairs: readonly Pair[], builds: number): Pair[] => pairs.map((pair) => ({ ...pair, build: pair.index % builds }));

/** `count` distinct gains around `centre`, alternating, the widest off by `reach`. */
export const around = (centre: number, count: number, reach = 0.01): number[] =>
  Array.from({ length: count }, (_, i) => centre + (i % 2 === 0 ? 1 : -1) * reach * ((i + 1) / count));
