import type { Pair } from '../sample.js';
import { walkStage } from '../verdict/assess.js';
import { scheduleOf, type Rule } from '../verdict/rule.js';
import { allowanceOf } from '../verdict/schedules.js';
import type { Question } from './question.js';

/**
 * Which questions the pairs of a judgement with sides exchanged leave open: the screening of the rule, walked once more for each.
 * What it does not drop as futile gets a judgement of its own, so that nothing here errs but by asking too much or too little.
 */
export function openIn(pairs: readonly Pair[], rule: Rule, questions: readonly Question[], minGain: number): { questions: Question[]; gain: boolean } {
  const stage = scheduleOf(rule, 'screen') === null ? 'confirm' : 'screen';
  const own = pairs.filter((pair) => pair.stage === stage);
  const isOpen = (of: readonly Pair[], metrics: Rule['metrics'], allowed: number): boolean => {
    const walked = walkStage(stage, of, { ...rule, metrics, delta: Math.log1p(allowed) + (rule.v === 1 ? 0 : allowanceOf(rule)) });
    return walked.kind !== 'decided' || walked.verdict !== 'rejected';
  };
  return {
    questions: questions.filter(({ metric, allowed }) => isOpen(own, rule.metrics.filter(({ name }) => name === metric).map((found) => ({ ...found, primary: true })), allowed)),
    gain: isOpen(own.map(exchanged), rule.metrics.filter(({ primary }) => primary), minGain),
  };
}

function exchanged(pair: Pair): Pair {
  return { ...pair, a: pair.b, b: pair.a, order: pair.order === 'ab' ? 'ba' : 'ab' };
}
