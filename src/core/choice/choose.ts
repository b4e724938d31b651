import type { Candidate } from '../candidate.js';
import { togetherFirst } from '../knobs/search.js';
import { seededRandom } from '../stats/random.js';
import { amdahlCap } from './amdahl.js';
import { beliefOf, drawFrom, expectedGain, type Belief, type Draw } from './belief.js';
import type { RefusedBefore, TrialRecord } from './record.js';

/** One kind of change that a candidate is made of, and what was believed of it. */
export interface Arm {
  name: string;
  belief: Belief;
  /** Drawn once a round, for every candidate of its kind. */
  draw: Draw;
}

/** Why a candidate stands where it does. */
export interface Weighed {
  candidate: Candidate;
  /** Largest natural-log gain by Amdahl's law; null: no bound is known. */
  cap: number | null;
  /** More than one where a candidate brings several changes that were never tried together. */
  arms: Arm[];
  /** Expected natural-log gain. */
  expected: number;
  /** The drawn gain, natural log. */
  drawn: number;
  /** What its trial is expected to take: where nobody knows, what trials of this target took, or 1. */
  seconds: number;
  /** Drawn gain a second. */
  score: number;
}

export interface Choice {
  /** Best first. */
  chosen: Weighed[];
  /** What the limit left out, best first. */
  left: Weighed[];
  /** Never tried, with the reason in words. */
  hopeless: { candidate: Candidate; why: string }[];
}

export interface ChoiceInput {
  candidates: readonly Candidate[];
  records: readonly TrialRecord[];
  refused: readonly RefusedBefore[];
  hardware: string | null;
  /** Natural-log gain that a verdict asks for. */
  delta: number;
  limit: number;
  /** What a trial is planned to take; null where there is no plan. */
  trialSeconds: number | null;
  seed: string;
}

/**
 * Orders candidates by gain a second, by Thompson sampling (Biometrika 25, 1933): for each kind of change a chance of being
 * accepted and a gain are drawn from what is believed of it, so that what is known to pay goes first and what is little
 * known is tried now and then. The gain is at most the cap of Amdahl's law; a candidate whose cap is not above `delta` is
 * hopeless, as is one that was refused before where nothing about it has changed. Of two with one id that with the larger
 * share counts.
 * The same input and seed give the same order.
 */
export function choose(input: ChoiceInput): Choice {
  const random = seededRandom(input.seed);
  const arms = new Map<string, Arm>();
  const usual = usualSeconds(input);
  const refused = new Map(input.refused.map((before) => [before.id, before]));
  const weighed: Weighed[] = [];
  const hopeless: Choice['hopeless'] = [];
  for (const candidate of eachOnce(input.candidates)) {
    const why = tooSmall(candidate, input.delta) ?? refusedAgain(candidate, refused.get(candidate.id));
    if (why !== null) hopeless.push({ candidate, why });
    else weighed.push(weigh(candidate, armsOf(candidate, input, arms, random), usual));
  }
  // Of two that are the same in all this, the one that was proposed first: the finding that costs most comes first.
  weighed.sort((a, b) => b.score - a.score || (b.candidate.share ?? 1) - (a.candidate.share ?? 1));
  const ranked = togetherFirst(weighed, ({ candidate }) => candidate.knob);
  return { chosen: ranked.slice(0, input.limit), left: ranked.slice(input.limit), hopeless };
}

/** In their order. The same change can be found from several places, of which one bounds its gain least. */
function eachOnce(candidates: readonly Candidate[]): Candidate[] {
  const byId = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const known = byId.get(candidate.id);
    if (known === undefined || (candidate.share ?? 1) > (known.share ?? 1)) byId.set(candidate.id, candidate);
  }
  return [...byId.values()];
}

/** What a trial of this target took in the mean, whatever was tried. */
function usualSeconds({ records }: ChoiceInput): number {
  const here = records.filter((record) => record.here && record.timed > 0);
  const timed = here.reduce((sum, record) => sum + record.timed, 0);
  return timed === 0 ? 1 : here.reduce((sum, record) => sum + record.seconds, 0) / timed;
}

function weigh(candidate: Candidate, arms: Arm[], usual: number): Weighed {
  const cap = amdahlCap(candidate.share);
  const sum = (gain: (arm: Arm) => number): number => Math.min(cap, arms.reduce((total, arm) => total + gain(arm), 0));
  const seconds = Math.max(...arms.map(({ belief }) => belief.seconds ?? usual));
  const drawn = sum(({ draw }) => draw.chance * Math.min(draw.logGain, cap));
  return { candidate, cap: cap === Infinity ? null : cap, arms, expected: sum(({ belief }) => expectedGain(belief, cap)), drawn, seconds, score: drawn / seconds };
}

/** A combination that was tried as such has a record of its own; else it is believed to be what its parts are. */
function armsOf(candidate: Candidate, input: ChoiceInput, arms: Map<string, Arm>, random: () => number): Arm[] {
  const name = candidate.recipe ?? candidate.proposer;
  const names = input.records.some((record) => kindOf(record) === name) ? [name] : name.split('+');
  return names.map((part) => {
    const key = `${part} ${candidate.language}`;
    const known = arms.get(key);
    if (known !== undefined) return known;
    const belief = beliefOf(input.records.filter((record) => kindOf(record) === part), { language: candidate.language, hardware: input.hardware }, input.trialSeconds);
    const arm = { name: part, belief, draw: drawFrom(belief, random) };
    arms.set(key, arm);
    return arm;
  });
}

function kindOf({ recipe, proposer }: TrialRecord): string {
  return recipe ?? proposer;
}

function tooSmall({ share }: Candidate, delta: number): string | null {
  const cap = amdahlCap(share);
  if (cap > delta) return null;
  return `its code takes ${percent(share ?? 0)} of the time, so it could gain at most ${percent(Math.expm1(cap))}; the verdict asks for more than ${percent(Math.expm1(delta))}`;
}

/** From so many times its share of then on, its code is worth another look. */
const grown = 1.5;

function refusedAgain({ share, surroundings }: Candidate, before: RefusedBefore | undefined): string | null {
  if (before === undefined || before.surroundings !== surroundings || (share ?? 0) >= grown * (before.share ?? Infinity)) return null;
  return `it was refused before, as ${before.trial} of ${before.run}, and the code around it and the benchmark are the same: ${before.why}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
