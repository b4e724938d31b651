import type { Pair, Sample, Stage } from '../../src/core/sample.js';
import { assessStage, type TrialStage } from '../../src/core/verdict/assess.js';
import { verdictOf } from '../../src/core/verdict/judge.js';
import type { Rule } from '../../src/core/verdict/rule.js';
import type { Verdict } from '../../src/core/verdict/verdict.js';
import type { Machine } from './machine.js';

/** A whole trial on a simulated machine, judged by the code that judges real ones. `gain` is a natural log. */
export function simulateTrial(machine: Machine, gain: number, rule: Rule, random: () => number): Verdict {
  const pairs: Pair[] = [];
  for (const stage of ['screen', 'confirm'] as TrialStage[]) {
    const taken: Pair[] = [];
    for (let state = assessStage(stage, taken, rule); state.kind !== 'passed'; state = assessStage(stage, taken, rule)) {
      if (state.kind === 'decided') return verdictOf([...pairs, ...taken], rule);
      while (taken.length < state.pairs) taken.push(takePair(stage, taken.length, machine, gain, random));
    }
    pairs.push(...taken);
  }
  return verdictOf(pairs, rule);
}

function takePair(stage: Stage, index: number, machine: Machine, gain: number, random: () => number): Pair {
  const order = random() < 0.5 ? 'ab' : 'ba';
  const run = (side: string): Sample => ({ ok: true, wallMs: machine(side === 'a' ? 100 : 100 * Math.exp(-gain)), metrics: {} });
  const first = run(order.charAt(0));
  const second = run(order.charAt(1));
  return { stage, index, order, a: order === 'ab' ? first : second, b: order === 'ab' ? second : first, load: 0, at: 0 };
}
