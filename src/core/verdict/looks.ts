import type { Pair } from '../sample.js';
import { countedPairs } from './aside.js';
import { walkStage, type TrialStage } from './assess.js';
import { guardAt, guardsOf, type GuardResult } from './guards.js';
import { measuredOf } from './measured.js';
import { buildsOfPairs, differencesOf } from './metrics.js';
import { scheduleOf, type Rule } from './rule.js';
import { look } from './schedule.js';

/** What was seen at one look, and what it came to. */
export interface LookSeen {
  stage: TrialStage;
  /** Pairs of the stage by then, warm-ups apart. */
  pairs: number;
  /** Fresh builds of each side that they are of. */
  builds: number;
  ratio: number;
  ci95: [number, number];
  /** Of H0 "the gain is at most delta", and what it had to be at most to pass. */
  p: number;
  alpha: number;
  /** Of H0 "the gain is at least delta", and what it had to be at most to be given up. */
  futilityP: number;
  futility: number;
  guards: (GuardResult & { name: string })[];
  outcome: 'passed' | 'rejected' | 'inconclusive' | 'went on';
}

/** Every look of a trial in the order they were taken, up to the one that decided: how its verdict came about. */
export function looksOf(pairs: readonly Pair[], rule: Rule): LookSeen[] {
  return (['screen', 'confirm'] as const).flatMap((stage) => looksOfStage(stage, pairs.filter((pair) => pair.stage === stage), rule));
}

function looksOfStage(stage: TrialStage, pairs: readonly Pair[], rule: Rule): LookSeen[] {
  const schedule = scheduleOf(rule, stage);
  if (schedule === null) return [];
  const ordered = countedPairs(pairs).toSorted((x, y) => x.index - y.index);
  const seen: LookSeen[] = [];
  for (const due of schedule.looks) {
    const wanted = schedule.warmups + due.pairs;
    const used = ordered.slice(schedule.warmups, wanted);
    const differences = differencesOf(used, rule.metrics);
    // Samples that end before this look, or a failure, which decides without one.
    if (differences.length < due.pairs) break;
    const result = look(schedule, differences, rule.delta, buildsOfPairs(used));
    if (result === null) break;
    const walked = walkStage(stage, ordered.slice(0, wanted), rule);
    const { ratio, ci95, builds = 1 } = measuredOf(used, rule.metrics, rule.delta, 0);
    seen.push({
      stage,
      pairs: due.pairs,
      builds,
      ratio,
      ci95,
      p: result.p,
      alpha: due.alpha,
      futilityP: result.futilityP,
      futility: due.futility,
      guards: guardsOf(rule.metrics).map((guard) => ({ name: guard.name, ...guardAt(used, guard, schedule) })),
      outcome: walked.kind === 'more' ? 'went on' : walked.kind === 'passed' ? 'passed' : walked.verdict,
    });
    if (walked.kind !== 'more') break;
  }
  return seen;
}
