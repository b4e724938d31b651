import type { Candidate } from './candidate.js';
import type { TrialSummary } from './status.js';

const mostSubject = 200;
const mostBody = 4000;

// oxlint-disable-next-line no-control-regex
const escapes = /\u001B\[[0-9;?]*[ -/]*[@-~]/g;
// oxlint-disable-next-line no-control-regex
const lineEnds = /\r\n?|[\u000B\u000C\u0085\u2028\u2029]/g;
/** Control and invisible characters, but for the line feed. */
const unseen = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/gu;
/** Lines that say who answers for a commit, what was measured, or where its message ends: all of that is perfloop's to say. */
const ownWords = /^\s*(?:perfloop[\w-]*\s*:|measured\s*:|[\w-]+-by\s*:|-{3}|diff --git )/i;

/** The message of an accepted candidate's commit: what, why, the measured gain, and where it comes from. */
export function acceptedMessage({ run, candidate, summary, who }: { run: string; candidate: Candidate; summary: TrialSummary; who: string | null }): string {
  const { explained } = summary;
  const told = explained?.commitMessage === undefined ? null : cleanedMessage(explained.commitMessage);
  const text = told ?? cleanedMessage(`${candidate.title}\n\n${candidate.rationale}`) ?? 'A change that is faster';
  const measured = summary.verdict?.measured;
  const gain = measured ? `Measured: ${measured.ratio.toFixed(3)}x as fast (95% interval ${measured.ci95[0].toFixed(3)} to ${measured.ci95[1].toFixed(3)}, ${measured.pairs} pairs on fresh builds).` : '';
  const source = candidate.recipe === null ? candidate.proposer : `${candidate.proposer}, recipe ${candidate.recipe}`;
  const trailers = [`Perfloop-Run: ${run}`, `Perfloop-Trial: ${summary.id}`, `Perfloop-Proposer: ${source}`, ...(told === null || explained === undefined ? [] : [`Perfloop-Message-By: ${explained.by}`]), ...(who === null ? [] : [`Perfloop-Approved-By: ${who.replaceAll(/\s+/g, ' ')}`])];
  return `${[text, gain].filter((part) => part !== '').join('\n\n')}\n\n${trailers.join('\n')}\n`;
}

/** A message by others as it may stand in a commit: bounded, a subject and a body, and nothing that only perfloop says. Null where nothing is left. */
export function cleanedMessage(text: string): string | null {
  const lines = text.replaceAll(escapes, '').replaceAll(lineEnds, '\n').replaceAll('\t', ' ').replaceAll(unseen, '').split('\n').filter((line) => !ownWords.test(line)).map((line) => line.trimEnd());
  const [subject = '', ...body] = lines.join('\n').trim().split('\n');
  if (subject === '') return null;
  const rest = body.join('\n').replaceAll(/\n{3,}/g, '\n\n').trim();
  return [subject.length > mostSubject ? `${subject.slice(0, mostSubject - 1)}…` : subject, rest.length > mostBody ? `${rest.slice(0, mostBody - 1)}…` : rest].filter((part) => part !== '').join('\n\n');
}
