import type { CandidateRef } from '../../core/candidate.js';

/** `file:line` of a candidate; empty for a whole commit, which `judge` is given. */
export function placeOf({ file, line }: Pick<CandidateRef, 'file' | 'line'>): string {
  return file === '' ? '' : `${file}:${line}`;
}
