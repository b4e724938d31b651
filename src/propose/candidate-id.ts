import { sha256 } from './hash.js';
import { normalLines } from './normal-lines.js';

/** One replaced piece of a file. */
export interface ReplacedText {
  before: string;
  after: string;
}

/**
 * First 12 hex digits of the hash of what a candidate changes: the file, the function's name, and the old and new text of each
 * place in their order, whatever their indentation as a whole. So the same change found again where the code was shifted has
 * the same id, and the same text in two functions has two.
 */
export function candidateId(file: string, inFunction: string, replaced: readonly ReplacedText[]): string {
  return sha256(JSON.stringify([file, inFunction, ...replaced.map(({ before, after }) => [normalText(before), normalText(after)])])).slice(0, 12);
}

/** A piece begins somewhere in its first line, whose indentation it does not hold. */
function normalText(text: string): string[] {
  const [first = '', ...rest] = text.split('\n');
  return [first.trim(), ...normalLines(rest)];
}
