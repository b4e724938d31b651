import type { CostPlan } from '../../core/status.js';
import { stepsAdvice } from '../../core/verdict/steps.js';
import { durationText, percentText, plural } from './numbers.js';

/** What a run will cost at most and in the mean, and what it can see for that: said before the first sample. */
export function costLines(plan: CostPlan): string[] {
  const { samplesPerTrial: samples } = plan;
  const advice = plan.steps === undefined ? null : stepsAdvice(plan.steps);
  const { budget } = plan;
  const within = budget === undefined ? [] : [`${durationText(budget.leftSeconds * 1000)} of the budget of ${durationText(budget.totalSeconds * 1000)} left: ${budget.note === null ? 'all of it fits' : `holds about ${plural(budget.samples, 'sample')}`}`];
  return [
    `about ${samples.expected} samples a trial (at most ${samples.most}) of ${durationText(plan.secondsPerSample * 1000)} each, spread ${percentText(plan.spread)}`,
    ...buildLines(plan),
    `about ${durationText(plan.expectedSeconds * 1000)} for ${plural(plan.trials, 'trial')} (at most ${durationText(plan.mostSeconds * 1000)})`,
    `must gain more than ${percentText(Math.expm1(plan.delta))}; a true gain of ${percentText(plan.detectableGain)} is found 9 times in 10`,
    ...(advice === null ? [] : [advice]),
    ...within,
  ];
}

/** Said where there are several builds, or too few. */
function buildLines({ buildsPerTrial: builds, allowance }: CostPlan): string[] {
  const few = allowance === undefined ? '' : `; so few cannot tell the luck of a build from a gain, so ${percentText(Math.expm1(allowance))} more must be gained`;
  if (builds === undefined || (builds.most <= 2 && few === '')) return [];
  return [`about ${plural(builds.expected, 'fresh build')} of each side a trial (at most ${builds.most})${few}`];
}
