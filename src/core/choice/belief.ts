import type { Language } from '../candidate.js';
import { betaDeviate } from '../stats/beta.js';
import { normalDeviate } from '../stats/random.js';
import type { TrialRecord } from './record.js';

/** What is believed of one kind of change before a trial. */
export interface Belief {
  /** Of Beta(accepted, refused): the prior and the weighted trials. */
  accepted: number;
  refused: number;
  /** Of the natural-log gain of an accepted one: mean, and standard deviation of that mean. */
  logGain: number;
  sd: number;
  /** Mean seconds of a trial; null where nobody knows. */
  seconds: number | null;
}

export interface Setting {
  language: Language;
  hardware: string | null;
}

/** One accepted in three, and a gain of 10% that counts as one observation. Accepted gains spread by about 15% (docs/field-notes.md). */
const prior = { accepted: 1, refused: 2, logGain: Math.log(1.1), spread: 0.15, trials: 2 };

/** What a trial elsewhere counts beside one here: a power prior (Ibrahim and Chen, Statistical Science 15, 2000). */
const weights = { otherTarget: 0.5, otherLanguage: 0.3, otherHardware: 0.5 };

/**
 * The belief about a kind of change, from all trials of its kind. Each counts by how alike its setting was: in another
 * target half, in another language 0.3, on other hardware half. What a trial takes is known from this target alone, and
 * shrunk towards `trialSeconds`, what the plan expects of one.
 */
export function beliefOf(records: readonly TrialRecord[], setting: Setting, trialSeconds: number | null): Belief {
  let [accepted, refused, gains, seconds, timed] = [0, 0, 0, 0, 0];
  for (const record of records) {
    const weight = weightOf(record, setting);
    accepted += weight * record.accepted;
    refused += weight * (record.tried - record.accepted);
    gains += weight * record.logGain;
    if (record.here) {
      seconds += record.seconds;
      timed += record.timed;
    }
  }
  const planned = trialSeconds === null ? 0 : prior.trials;
  return {
    accepted: prior.accepted + accepted,
    refused: prior.refused + refused,
    logGain: (prior.logGain + gains) / (1 + accepted),
    sd: prior.spread / Math.sqrt(1 + accepted),
    seconds: planned + timed === 0 ? null : (planned * (trialSeconds ?? 0) + seconds) / (planned + timed),
  };
}

function weightOf({ here, language, hardware }: TrialRecord, setting: Setting): number {
  return (here ? 1 : weights.otherTarget) * (language === setting.language ? 1 : weights.otherLanguage) * (hardware !== null && hardware === setting.hardware ? 1 : weights.otherHardware);
}

/** P(accepted) * E(gain | accepted), natural log, where no gain can be above `cap`. */
export function expectedGain({ accepted, refused, logGain }: Belief, cap: number): number {
  return (accepted / (accepted + refused)) * Math.min(logGain, cap);
}

/** What a world that fits the belief would be like. */
export interface Draw {
  chance: number;
  logGain: number;
}

export function drawFrom({ accepted, refused, logGain, sd }: Belief, random: () => number): Draw {
  return { chance: betaDeviate(random, accepted, refused), logGain: Math.max(0, logGain + sd * normalDeviate(random)) };
}
