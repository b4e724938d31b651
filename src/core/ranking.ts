import type { Candidate, Language } from './candidate.js';

/** What earlier trials taught about a recipe in a language. */
export interface Prior {
  recipe: string;
  language: Language;
  tried: number;
  accepted: number;
  /** Mean natural-log gain of the accepted ones; 0 when none was. */
  meanLogGain: number;
}

export interface RankedCandidate {
  candidate: Candidate;
  /** Expected natural-log gain. */
  expected: number;
}

export interface Ranking {
  /** Best first. */
  ranked: RankedCandidate[];
  /** Never tried, with the reason in words. */
  hopeless: { candidate: Candidate; why: string }[];
}

/** Acceptance is a Beta prior of one accepted in three; a gain of 10% counts as one observation. */
const prior = { accepted: 1, rejected: 2, logGain: Math.log(1.1), weight: 1 };

/**
 * Orders candidates by expected natural-log gain, `P(accepted) * E(gain | accepted)`:
 *
 *   P = (1 + accepted) / (3 + tried)                        mean of Beta(1, 2) after the trials
 *   E = (ln 1.1 + accepted * meanLogGain) / (1 + accepted)  mean of the gains, shrunk towards 10%
 *
 * E is at most the cap of Amdahl's law, `ln(1 / (1 - share))`: the whole run with the touched code at no cost. A candidate
 * whose cap is not above `delta` (the natural-log gain that a verdict asks for) is hopeless. An unknown share has no
 * cap; of two with one id the first counts. Ties go to the larger share, then the id.
 *
 * A recipe name of several joined by `+` takes the sum of their expectations, below the cap.
 */
export function rankCandidates(input: { candidates: readonly Candidate[]; priors: readonly Prior[]; delta: number; limit: number }): Ranking {
  const priors = new Map(input.priors.map((entry) => [`${entry.recipe} ${entry.language}`, entry]));
  const seen = new Set<string>();
  const ranked: RankedCandidate[] = [];
  const hopeless: Ranking['hopeless'] = [];
  for (const candidate of input.candidates) {
    if (seen.has(candidate.id)) continue;
    seen.add(candidate.id);
    const cap = amdahlCap(candidate.share);
    if (cap <= input.delta) {
      hopeless.push({ candidate, why: `its code takes ${percent(candidate.share ?? 0)} of the time, so it could gain at most ${percent(Math.expm1(cap))}; the verdict asks for more than ${percent(Math.expm1(input.delta))}` });
      continue;
    }
    const recipes = (candidate.recipe ?? candidate.proposer).split('+');
    const expected = recipes.reduce((sum, recipe) => sum + expectedGain(priors.get(`${recipe} ${candidate.language}`), cap), 0);
    ranked.push({ candidate, expected: Math.min(expected, cap) });
  }
  ranked.sort((a, b) => b.expected - a.expected || (b.candidate.share ?? 1) - (a.candidate.share ?? 1) || (a.candidate.id < b.candidate.id ? -1 : 1));
  return { ranked: ranked.slice(0, input.limit), hopeless };
}

/** Largest natural-log gain from code that takes this share of the time (Amdahl's law); infinite when unknown. */
export function amdahlCap(share: number | null): number {
  return share === null || share >= 1 ? Infinity : -Math.log1p(-Math.max(0, share));
}

function expectedGain(known: Prior | undefined, cap: number): number {
  const accepted = known?.accepted ?? 0;
  const probability = (prior.accepted + accepted) / (prior.accepted + prior.rejected + (known?.tried ?? 0));
  const gain = (prior.weight * prior.logGain + accepted * (known?.meanLogGain ?? 0)) / (prior.weight + accepted);
  return probability * Math.min(gain, cap);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
