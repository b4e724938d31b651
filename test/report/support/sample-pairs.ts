import type { Pair, Stage } from '../../../src/core/sample.js';
import { normalDeviate, seededRandom } from '../../../src/core/stats/random.js';
import { assessStage } from '../../../src/core/verdict/assess.js';
import { verdictOf } from '../../../src/core/verdict/judge.js';
import type { Rule } from '../../../src/core/verdict/rule.js';
import type { Verdict } from '../../../src/core/verdict/verdict.js';

export interface Behaviour {
  seed: string;
  /** Natural-log gain of the candidate. */
  gain: number;
  spread?: number;
  /** Milliseconds of one sample of the champion. */
  wallMs?: number;
  /** What else each side prints, given its wall time. */
  prints?: (wallMs: number, side: 'a' | 'b') => Record<string, number>;
  /** Of several benchmarks, the time of each, given that of the whole. */
  parts?: (wallMs: number) => Record<string, number>;
  /** The candidate's sample of this pair, over all stages, fails. */
  failsAt?: number;
}

/** Log-normal samples, as a benchmark gives them; the same for the same seed. */
export function sampler({ seed, gain, spread = 0.03, wallMs = 180, prints = () => ({}), parts, failsAt }: Behaviour): (stage: Stage, index: number) => Pair {
  const random = seededRandom(seed);
  let taken = 0;
  return (stage, index) => {
    const slow = random() < 0.02 ? 1.6 : 1;
    const time = (centre: number) => Number((centre * Math.exp(spread * normalDeviate(random))).toFixed(3));
    const partsOf = (ms: number) => (parts === undefined ? {} : { parts: Object.fromEntries(Object.entries(parts(ms)).map(([name, part]) => [name, { wallMs: part }])) });
    const [a, b] = [time(wallMs), time(wallMs * Math.exp(-gain) * slow)];
    return {
      stage, index, order: random() < 0.5 ? 'ab' : 'ba', load: 0.4, at: 1_780_000_000_000 + 400 * taken,
      a: { ok: true, wallMs: a, ...partsOf(a), metrics: prints(a, 'a') },
      b: taken++ === failsAt ? { ok: false, wallMs: 12, failure: { kind: 'exit', code: 1, signal: null, tail: 'TypeError: set.has is not a function' } } : { ok: true, wallMs: b, ...partsOf(b), metrics: prints(b, 'b') },
    };
  };
}

/** A trial as it is run: screening, then confirmation, each until it is decided; the verdict is that of core. */
export function simulateTrial(behaviour: Behaviour, rule: Rule): { pairs: Pair[]; verdict: Verdict } {
  const next = sampler(behaviour);
  const pairs: Pair[] = [];
  for (const stage of rule.protocol.kind === 'fixed' ? (['confirm'] as const) : (['screen', 'confirm'] as const)) {
    const own: Pair[] = [];
    while (assessStage(stage, own, rule).kind === 'more') own.push(next(stage, own.length));
    pairs.push(...own);
    if (assessStage(stage, own, rule).kind === 'decided') break;
  }
  return { pairs, verdict: verdictOf(pairs, rule) };
}

export function simulateFinal(behaviour: Behaviour, count: number): Pair[] {
  const next = sampler(behaviour);
  return Array.from({ length: count }, (_, index) => next('final', index));
}
