import { closest, distance } from 'fastest-levenshtein';

/** `; did you mean x?` when one of the allowed words is near enough to be meant, else nothing. */
export function didYouMean(word: string, allowed: readonly string[]): string {
  // Comparing costs the product of the lengths; a long word is no slip of the finger.
  if (allowed.length === 0 || word.length > 60) return '';
  const spelled = word.toLowerCase().replaceAll('-', '_');
  const longer = spelled.length >= 3 ? allowed.find((candidate) => candidate.startsWith(spelled) || (candidate.length >= 3 && spelled.startsWith(candidate))) : undefined;
  if (longer !== undefined) return `; did you mean ${longer}?`;
  const near = closest(spelled, allowed);
  return distance(spelled, near) <= Math.max(1, Math.floor(near.length / 3)) ? `; did you mean ${near}?` : '';
}
