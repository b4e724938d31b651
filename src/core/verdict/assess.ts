import type { Pair } from '../sample.js';
import { countedPairs } from './aside.js';
import { guardAt, guardsOf } from './guards.js';
import { leftBehind } from './left-behind.js';
import { measuredOf } from './measured.js';
import { differencesOf } from './metrics.js';
import type { Rule } from './rule.js';
import { look, mostPairs, scheduleOf } from './schedule.js';
import { firstBroken } from './soundness.js';
import type { Reason, Verdict } from './verdict.js';
import { gainText, intervalText, pairsText, percentText } from './words.js';

export type TrialStage = 'screen' | 'confirm';

export type Assessment =
  /** Sample on: `pairs` is the total that this stage wants at its next look, `most` at its last. */
  | { kind: 'more'; pairs: number; most: number }
  | { kind: 'passed' }
  | { kind: 'decided'; verdict: Verdict };

/**
 * Where a stage stands after these pairs of it. Each look sees exactly the pairs that were due then, in the order of
 * their index, and the first look that decides stands: more pairs than were asked for change nothing. A passed
 * confirmation is not yet an acceptance; `verdictOf` has the last word, over both stages.
 */
export function assessStage(stage: TrialStage, pairs: readonly Pair[], rule: Rule): Assessment {
  const walk = walkStage(stage, pairs, rule);
  if (walk.kind === 'more') return walk;
  return walk.kind === 'passed' ? { kind: 'passed' } : { kind: 'decided', verdict: endVerdict(walk, rule, pairs.length * 2) };
}

/** How a stage ended; `pairs` are those that decided, warm-ups left out. */
export interface StageEnd {
  kind: 'decided';
  verdict: 'rejected' | 'inconclusive';
  reasons: Reason[];
  pairs: Pair[];
}

export type Walk = { kind: 'more'; pairs: number; most: number } | { kind: 'passed'; pairs: Pair[] } | StageEnd;

/** `samples`: benchmark executions over all stages. */
export function endVerdict(end: StageEnd, rule: Rule, samples: number): Verdict {
  const measured = measuredOf(end.pairs, rule.metrics, rule.delta, samples);
  if (end.verdict === 'inconclusive') return { kind: 'inconclusive', measured, reasons: end.reasons };
  return { kind: 'rejected', measured: measured.pairs === 0 ? null : measured, reasons: end.reasons };
}

export function walkStage(stage: TrialStage, pairs: readonly Pair[], rule: Rule): Walk {
  const schedule = scheduleOf(rule.protocol, stage);
  if (schedule === null) return { kind: 'passed', pairs: [] };
  const ordered = countedPairs(pairs).toSorted((x, y) => x.index - y.index);
  const guards = guardsOf(rule.metrics);
  for (const due of schedule.looks) {
    const wanted = schedule.warmups + due.pairs;
    const seen = ordered.slice(0, wanted);
    const used = seen.slice(schedule.warmups);
    const broken = firstBroken(seen, rule.metrics);
    if (broken !== null) return { kind: 'decided', verdict: broken.kind, reasons: [broken.reason], pairs: used };
    if (seen.length < wanted) return { kind: 'more', pairs: wanted, most: mostPairs(schedule) };

    const left = leftBehind(seen);
    if (left.length > 0) return { kind: 'decided', verdict: 'rejected', reasons: left, pairs: used };
    const differences = differencesOf(used, rule.metrics);
    const result = look(schedule, differences, rule.delta);
    if (result === null) throw new Error(`no look after ${differences.length} pairs`);
    const checked = guards.map((guard) => guardAt(used, guard, schedule));
    const reasons: Reason[] = checked.filter((guard) => guard.state === 'worse').map(({ text }) => ({ code: 'guard-worse', text }));
    if (result.futile) reasons.unshift({ code: 'futile', text: futileText(stage, used, rule) });
    if (reasons.length > 0) return { kind: 'decided', verdict: 'rejected', reasons, pairs: used };

    // Screening only drops what is worse; the confirmation must show that every guard holds, and the gain still, so that
    // the pairs that decide all of it are the pairs that are reported.
    const open = stage === 'screen' ? [] : checked.filter((guard) => guard.state === 'open');
    if (result.passes && open.length === 0) return { kind: 'passed', pairs: used };
    if (wanted < mostPairs(schedule)) continue;
    const last: Reason[] = open.map(({ text }) => ({ code: 'guard-undecided', text: `too uncertain at the last look: ${text}` }));
    if (!result.passes) last.unshift({ code: 'undecided', text: undecidedText(stage, used, rule) });
    return { kind: 'decided', verdict: 'inconclusive', reasons: last, pairs: used };
  }
  throw new Error('a schedule without looks');
}

function futileText(stage: TrialStage, pairs: readonly Pair[], rule: Rule): string {
  return `no sign of the ${percentText(Math.expm1(rule.delta))} gain that was asked for: ${evidenceText(stage, pairs, rule)}`;
}

function undecidedText(stage: TrialStage, pairs: readonly Pair[], rule: Rule): string {
  return `still undecided at the last look: ${evidenceText(stage, pairs, rule)}; a gain above ${percentText(Math.expm1(rule.delta))} was asked for`;
}

/** "3.1% faster (95% interval -1.0 to 7.4%) over 6 screening pairs". */
export function evidenceText(stage: TrialStage, pairs: readonly Pair[], rule: Rule): string {
  const { ratio, ci95, pairs: count } = measuredOf(pairs, rule.metrics, rule.delta, 0);
  const text = pairsText(count);
  return `${gainText(ratio)} (${intervalText(count, ci95)}) over ${stage === 'screen' ? text.replace(' ', ' screening ') : text}`;
}
