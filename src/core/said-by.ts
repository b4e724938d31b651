export interface SaidBy {
  who: string;
  /** Why; empty: nobody said. */
  comment: string;
  /** Milliseconds since the epoch. */
  at: number;
}

const longestText = 1000;

/** Who sent a message, why and when. Messages that are sent by hand may say nothing, or something else. */
export function saidBy(message: unknown, now: number): SaidBy {
  const given = typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {};
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' && value !== '' ? value.slice(0, longestText) : otherwise);
  return { who: text(given['who'], 'somebody who did not say'), comment: text(given['comment'], ''), at: now };
}
