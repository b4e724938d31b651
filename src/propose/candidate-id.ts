import { sha256 } from './hash.js';

/** One replaced piece of a file. */
export interface ReplacedText {
  before: string;
  after: string;
}

/**
 * First 12 hex digits of the hash of what a candidate changes: the file, the function's name, and the old and new text of each
 * place in their order, without white space. So the same change found again on a reformatted or shifted file has the same
 * id, and the same text in two functions has two.
 */
export function candidateId(file: string, inFunction: string, replaced: readonly ReplacedText[]): string {
  const normal = (text: string): string => text.replace(/\s+/gu, '');
  return sha256(JSON.stringify([file, inFunction, ...replaced.map(({ before, after }) => [normal(before), normal(after)])])).slice(0, 12);
}
