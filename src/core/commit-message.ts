import type { Candidate } from './candidate.js';
import type { TrialSummary } from './status.js';

/** The message of an accepted candidate's commit: what, why, the measured gain, and where it comes from. */
export function acceptedMessage({ run, candidate, summary, who }: { run: string; candidate: Candidate; summary: TrialSummary; who: string | null }): string {
  const measured = summary.verdict?.measured;
  const gain = measured ? `Measured: ${measured.ratio.toFixed(3)}x as fast (95% interval ${measured.ci95[0].toFixed(3)} to ${measured.ci95[1].toFixed(3)}, ${measured.pairs} pairs on fresh builds).` : '';
  const source = candidate.recipe === null ? candidate.proposer : `${candidate.proposer}, recipe ${candidate.recipe}`;
  const trailers = [`Perfloop-Run: ${run}`, `Perfloop-Trial: ${summary.id}`, `Perfloop-Proposer: ${source}`, ...(who === null ? [] : [`Perfloop-Approved-By: ${who.replaceAll(/\s+/g, ' ')}`])];
  return `${[candidate.title, candidate.rationale, gain].filter((part) => part !== '').join('\n\n')}\n\n${trailers.join('\n')}\n`;
}
