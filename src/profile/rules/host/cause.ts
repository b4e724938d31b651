import type { Category } from '../categories.js';
import { costlyPart, type CostlyPart, type HotFacts } from './calls.js';

/** Why a function takes its time: what it calls, the garbage that it makes, how often it is called, or its own lines. */
export type HotCause = { rule: string; category: Category; share: number } & ({ kind: 'calls'; part: CostlyPart } | { kind: 'collector' } | { kind: 'often' } | { kind: 'own' });

/** Garbage collection while it runs, of the busy time; our own choice. */
export const leastCollectorShare = 0.05;
/** cProfile itself costs about a microsecond a call (Python documentation, "The Python Profilers", Limitations): shorter calls are overhead. */
export const shortCallUs = 2;
export const leastCalls = 10_000;

/** One cause a function, so that its time is told once. */
export function causeOf(facts: HotFacts): HotCause {
  const { hot } = facts;
  const part = costlyPart(facts);
  const allocates = hot.collectorShare >= leastCollectorShare && hot.collectorShare >= hot.selfShare / 2;
  if (part !== null && !(allocates && hot.collectorShare > part.share)) return { kind: 'calls', rule: part.calls.rule, category: part.calls.category, share: part.share, part };
  if (allocates) return { kind: 'collector', rule: 'H2-garbage', category: 'H2', share: hot.collectorShare };
  if (hot.calls !== null && hot.calls >= leastCalls && (hot.selfMs * 1000) / hot.calls <= shortCallUs) return { kind: 'often', rule: 'H6-tiny-functions', category: 'H6', share: hot.selfShare };
  return { kind: 'own', rule: 'H1-hot-function', category: 'H1', share: hot.selfShare };
}
