import type { CommandOutcome } from '../core/run/contracts.js';
import type { Verdict } from '../core/verdict/verdict.js';

/**
 * Refuses a candidate whose command wrote protected files, unless the champion's does so, too: that runs only where it is
 * asked. What was in them meanwhile nobody knows, so it is no excuse that they hold the same afterwards.
 */
export async function wroteProtected(what: string, outcome: CommandOutcome | null, ofChampion: () => Promise<CommandOutcome | null>): Promise<Verdict | null> {
  const written = outcome?.written ?? [];
  if (written.length === 0) return null;
  const known = (await ofChampion())?.written ?? [];
  const own = written.filter((path) => !known.includes(path));
  if (own.length === 0) return null;
  const text = `The candidate's ${what} command writes protected files, which the champion's does not: ${own.slice(0, 5).join(', ')}${own.length > 5 ? ` and ${own.length - 5} more` : ''}.`;
  return { kind: 'rejected', measured: null, reasons: [{ code: 'protected', text }] };
}
