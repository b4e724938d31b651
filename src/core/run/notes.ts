import { hasCases } from '../check/cases/has-cases.js';
import type { Config } from '../config/schema.js';
import type { Noise } from '../verdict/noise.js';

/** What a person should know of how little holds a candidate to be correct; null when there are tests. */
export function untestedNote({ commands, cases }: Pick<Config, 'commands'> & { cases?: Config['cases'] }): string | null {
  if (commands.test !== undefined) return null;
  const rest = commands.check === undefined && !hasCases({ cases }) ? 'the benchmark says' : 'the benchmark and the comparison of outputs say';
  return `No test command is configured: nothing but ${rest} whether a candidate is correct.`;
}

/** Said when the setting favours one of two worktrees of one commit by more than the gain that was asked for; else null. */
export function biasNote(minGain: number, noise: Noise): string | null {
  if (noise.biasLower95 <= Math.log1p(minGain)) return null;
  const percent = (logGain: number) => `${(Math.expm1(logGain) * 100).toFixed(1)}%`;
  return `Two worktrees of the base differ by at least ${percent(noise.biasLower95)} in ${noise.pairs} A/A pairs, so a candidate must gain more than that, not the ${percent(Math.log1p(minGain))} of verdict.min_gain. A quieter machine or a longer benchmark helps.`;
}

/** A spread at which a gain of some percent is found with few samples. */
const easySpread = 0.02;

/**
 * Said of a service whose samples vary a lot; else null. A longer load averages over its requests, and pays for start-up
 * once, so it comes before more samples. As far as requests vary independently, the variance falls with their number.
 */
export function loadNote({ service }: Pick<Config, 'service'>, { spread }: Noise): string | null {
  if (service === undefined || spread <= 1.5 * easySpread) return null;
  const times = Math.min(20, Math.ceil((spread / easySpread) ** 2));
  return `One sample of the service varies by ${(spread * 100).toFixed(1)}%. Make the load longer before asking for more samples: about ${times} times as many requests would bring it near ${easySpread * 100}%, as far as requests vary independently of each other.`;
}

/** Why a round tries nothing; null when it has something to try, or when each reason was already told. */
export function nothingToTryNote(round: { /** Null where nothing was profiled. */ findings: number | null; ranked: number; hopeless: number; triedBefore: number }): string | null {
  if (round.ranked > 0 || round.hopeless > 0) return null;
  if (round.findings === null) return 'Nothing to try: no setting of a knob is faster, and without a profile nothing else is proposed.';
  if (round.findings === 0) return 'Nothing to try: the profile shows no hot function in files of the repository.';
  const functions = round.findings === 1 ? 'the one hot function' : `any of the ${round.findings} hot functions`;
  return `Nothing to try: no proposer has ${round.triedBefore === 0 ? 'a' : 'another'} change for ${functions}.`;
}
