import { samplesOf, type Pair } from '../sample.js';
import { countedPairs } from './aside.js';
import { guardAt, guardsOf, guardState } from './guards.js';
import { leftBehind, tampering } from './left-behind.js';
import { measuredOf } from './measured.js';
import { buildsOfPairs, differencesOf, type MetricRule } from './metrics.js';
import { scheduleOf, type Rule } from './rule.js';
import { buildsFor, look, mostPairs } from './schedule.js';
import { firstBroken } from './soundness.js';
import type { Measured, Reason, Verdict } from './verdict.js';
import { gainText, intervalText, pairsText, percentText } from './words.js';

export type TrialStage = 'screen' | 'confirm';

/** Sample on: `pairs` is the total that this stage wants at its next look, of so many builds of each side; `most` at its last. */
export interface More {
  kind: 'more';
  pairs: number;
  builds: number;
  most: number;
}

export type Assessment =
  | More
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
  return walk.kind === 'passed' ? { kind: 'passed' } : { kind: 'decided', verdict: endVerdict(walk, samplesOf(pairs)) };
}

/** How a stage ended; `pairs` are those that decided, warm-ups left out, and `measured` is what they show, without the samples spent. */
export interface StageEnd {
  kind: 'decided';
  verdict: 'rejected' | 'inconclusive';
  reasons: Reason[];
  pairs: Pair[];
  measured: Measured;
}

export type Walk = More | { kind: 'passed'; pairs: Pair[] } | StageEnd;

/** `samples`: benchmark executions over all stages. */
export function endVerdict(end: StageEnd, samples: number): Verdict {
  const measured = { ...end.measured, samples };
  if (end.verdict === 'inconclusive') return { kind: 'inconclusive', measured, reasons: end.reasons };
  return { kind: 'rejected', measured: measured.pairs === 0 ? null : measured, reasons: end.reasons };
}

/** `looksTaken`: of so many looks it is known that they decided nothing. */
export function walkStage(stage: TrialStage, pairs: readonly Pair[], rule: Rule, looksTaken = 0): Walk {
  const schedule = scheduleOf(rule, stage);
  if (schedule === null) return { kind: 'passed', pairs: [] };
  const ordered = countedPairs(pairs).toSorted((x, y) => x.index - y.index);
  const guards = guardsOf(rule.metrics);
  for (const due of schedule.looks.slice(looksTaken)) {
    const wanted = schedule.warmups + due.pairs;
    const seen = ordered.slice(0, wanted);
    const used = seen.slice(schedule.warmups);
    const broken = firstBroken(seen, rule.metrics);
    if (broken !== null) return ended(broken.kind, [broken.reason], used, rule);
    const tampered = tampering(seen);
    if (tampered.length > 0) return ended('rejected', tampered, used, rule);
    if (seen.length < wanted) return { kind: 'more', pairs: wanted, builds: buildsFor(schedule, wanted), most: mostPairs(schedule) };

    const left = leftBehind(seen);
    if (left.length > 0) return ended('rejected', left, used, rule);
    const differences = differencesOf(used, rule.metrics);
    const result = look(schedule, differences, rule.delta, buildsOfPairs(used));
    if (result === null) throw new Error(`no look after ${differences.length} pairs`);
    const textOf = (guard: MetricRule): string => guardAt(used, guard, schedule).text;
    const states = guards.map((guard) => ({ guard, state: guardState(used, guard, schedule) }));
    const worse = states.filter(({ state }) => state === 'worse');
    if (result.futile || worse.length > 0) {
      const reasons: Reason[] = worse.map(({ guard }) => ({ code: 'guard-worse', text: textOf(guard) }));
      const end = ended('rejected', reasons, used, rule);
      if (result.futile) reasons.unshift({ code: 'futile', text: `no sign of the ${percentText(Math.expm1(rule.delta))} gain that was asked for: ${evidenceText(stage, end.measured)}` });
      return end;
    }
    // Screening only drops what is worse; the confirmation must show that every guard holds, and the gain still, so that
    // the pairs that decide all of it are the pairs that are reported.
    const open = stage === 'screen' ? [] : states.filter(({ state }) => state === 'open');
    if (result.passes && open.length === 0) return { kind: 'passed', pairs: used };
    if (wanted < mostPairs(schedule)) continue;
    const reasons: Reason[] = open.map(({ guard }) => ({ code: 'guard-undecided', text: `too uncertain at the last look: ${textOf(guard)}` }));
    const end = ended('inconclusive', reasons, used, rule);
    if (!result.passes) reasons.unshift({ code: 'undecided', text: `still undecided at the last look: ${evidenceText(stage, end.measured)}; a gain above ${percentText(Math.expm1(rule.delta))} was asked for` });
    return end;
  }
  throw new Error('a schedule without looks');
}

function ended(verdict: StageEnd['verdict'], reasons: Reason[], pairs: Pair[], rule: Rule): StageEnd {
  return { kind: 'decided', verdict, reasons, pairs, measured: measuredOf(pairs, rule.metrics, rule.delta, 0) };
}

/** "3.1% faster (95% interval -1.0 to 7.4%) over 6 screening pairs". */
export function evidenceText(stage: TrialStage, { ratio, ci95, pairs }: Measured): string {
  const text = pairsText(pairs);
  return `${gainText(ratio)} (${intervalText(pairs, ci95)}) over ${stage === 'screen' ? text.replace(' ', ' screening ') : text}`;
}
