import type { BenchActivities, KnobSamples } from '../core/run/contracts.js';
import type { Pair } from '../core/sample.js';
import { countedPairs } from '../core/verdict/aside.js';
import { differencesOf } from '../core/verdict/metrics.js';
import { firstBroken } from '../core/verdict/soundness.js';
import { activity, type Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { sample } from './sampling.js';

/**
 * One rung of a search of knobs: each setting in turn, in pairs with the champion. Every setting has a journal for the round,
 * so that a next rung adds to it, and one that is begun again finds all but the pair that was being taken.
 */
export function sampleKnobsActivity(deps: Dependencies): BenchActivities['sampleKnobs'] {
  return activity(async (input, attempt) => {
    const gains: Record<string, number[]> = {};
    const failed: { id: string; why: string }[] = [];
    const taken: Record<string, Pair[]> = {};
    let spent = 0;
    let late = false;
    for (const arm of input.arms) {
      late ||= Date.now() > input.deadline;
      if (late) break;
      const { pairs, warmUps } = await sampleArm(deps, input, arm, attempt);
      spent += 2 * (pairs.length - Math.min(input.had, pairs.length) + warmUps.length);
      taken[arm.id] = pairs;
      const why = problemOf(pairs, input);
      if (why === null) gains[arm.id] = differencesOf(countedPairs(pairs), input.rule.metrics);
      else failed.push({ id: arm.id, why });
    }
    return { gains, failed, samples: await deps.artifacts.put('json', JSON.stringify(taken)), spent, late };
  });
}

function sampleArm(deps: Dependencies, { arms: _arms, rule, pairs, had: _had, deadline: _deadline, ...work }: KnobSamples, { trial, b, set }: KnobSamples['arms'][number], attempt: Attempt): ReturnType<typeof sample> {
  const environment = Object.keys(set).length === 0 ? {} : { environment: set };
  return sample(deps, { ...work, trial, b, ...environment }, attempt, { stage: 'knobs', rules: rule.metrics, output: rule.output ?? null, next: () => pairs, most: pairs });
}

function problemOf(pairs: readonly Pair[], { rule }: KnobSamples): string | null {
  const broken = firstBroken(pairs, rule.metrics);
  if (broken !== null) return broken.reason.text;
  const printed = pairs.map((pair) => pair.printed).find((one) => one?.kind === 'differs' || one?.kind === 'unrepeatable');
  return printed === undefined || !('text' in printed) ? null : `what it prints differs from the champion's: ${printed.text}`;
}
