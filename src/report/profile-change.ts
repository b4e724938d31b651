import { promiseOf, type PromiseKept } from '../profile/diff/promise.js';
import type { ReportData, TrialData } from './data.js';

/** What the profile says of an accepted trial, by its finding where it has one; null where there is no profile to tell. */
export function profileChange({ summary: { candidate }, profile }: TrialData, { findings }: Pick<ReportData, 'findings'>): PromiseKept | null {
  if (profile.kind !== 'there') return null;
  const finding = findings.kind === 'there' ? findings.value.find(({ id }) => id === candidate.findingId) : undefined;
  return promiseOf(profile.value, finding === undefined ? { file: candidate.file, function: null } : { file: finding.file, function: finding.function });
}

export const promiseWord: Record<PromiseKept['kind'], string> = { kept: 'as promised', partly: 'in part as promised', elsewhere: 'not from where it was promised', unclear: 'not clear from where' };
