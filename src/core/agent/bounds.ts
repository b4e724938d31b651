/** Texts of agents travel through histories, where Temporal takes 2 MB at most; so they are cut. All in characters. */

/** Of an iteration. */
export const mostText = 4000;
/** Of an attempt, in the status of a run. */
export const mostStatusText = 500;
/** Attempts in the status of a run, the latest. */
export const mostAttempts = 60;
/** Names of files that are told of. */
export const mostFiles = 20;

/** A text that is no longer than `most`. */
export function beginningOf(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
