import { ratioText } from '../verdict/words.js';
import type { CandidateRef } from '../candidate.js';
import { settingText, type KnobAdvice, type KnobSearch } from './search.js';

/** What made a candidate, for people: `knob makefile-optimisation`, a recipe, or the proposer. */
export function madeBy({ knob, recipe, proposer }: Pick<CandidateRef, 'knob' | 'recipe' | 'proposer'>): string {
  return knob === undefined ? (recipe ?? proposer) : `${knob.id.includes('+') ? 'knobs' : 'knob'} ${knob.id.replaceAll('+', ' and ')}`;
}

/** `round 1: 4 of 6 settings of 3 knobs sampled; 2 rungs, 130 samples` */
export function searchText({ round, knobs, settings, searched, rungs, samples }: KnobSearch): string {
  return `round ${round}: ${searched} of ${count(settings, 'setting')} of ${count(knobs, 'knob')} sampled; ${count(rungs, 'rung')}, ${count(samples, 'sample')}`;
}

/** Which settings looked faster in cheap samples: `none looked faster`. */
export function betterText({ last }: KnobSearch): string {
  const better = last.filter((setting) => setting.better).map(({ id }) => id);
  return better.length === 0 ? 'none looked faster' : `${better.join(', ')} looked faster`;
}

/** `1.052x (1.031 .. 1.070, 16 pairs) on 1a2b3c4d5e`: what was measured of an advice. */
export function adviceMeasured({ measured, champion }: KnobAdvice): string {
  const [low, high] = measured.ci95;
  return `${ratioText(measured.ratio)} (95% interval ${low.toFixed(3)} to ${high.toFixed(3)}, ${count(measured.pairs, 'pair')}, ${count(measured.samples, 'sample')}) on ${champion.slice(0, 10)}`;
}

/** What to do: `A=1` before the command, or in its environment. */
export function adviceSetting({ set }: KnobAdvice): string {
  return settingText(set);
}

/** The same for the files of the repository that the benchmark does not run: `Dockerfile, before line 7: ENV A=1`. */
export function adviceElsewhere({ elsewhere = [] }: KnobAdvice): string[] {
  return elsewhere.map(({ file, line, text }) => `${file}, before line ${line}: ${text.split('\n').join('; ')}`);
}

/** Said above a list of advice. */
export const adviceNote = 'These settings have no place in the repository, so nothing of them is in the result or in its speed-up. Each was measured alone, by the rule of a verdict; your tests did not run with it.';

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}
