import type { Fact, Verdict } from './verdict.js';
import { percentText } from './words.js';

/** Instructions that the benchmark executes on each side, with the same seed and layout. */
export interface Instructions {
  champion: number;
  /** The same side once more: how far a count repeats itself. */
  championAgain: number;
  candidate: number;
}

/** Runtimes that compile while they run repeat a count to a few percent; everything else to less than a thousandth. */
const repeatable = 0.001;

/**
 * What the counts say. They have no noise of the machine, and they are not time: memory, branches, waiting and other CPUs
 * are not in them. So they explain a verdict, and what an undecided one may be worth, and decide nothing.
 */
export function instructionFact({ champion, championAgain, candidate }: Instructions, { kind, measured }: Verdict): Fact {
  const ratio = candidate / champion;
  const repeats = Math.abs(Math.log(championAgain / champion));
  const exact = repeats <= repeatable;
  const unchanged = Math.abs(Math.log(ratio)) <= Math.max(repeatable, 3 * repeats);
  const counted = `${ratio.toFixed(exact ? 4 : 2)}x the champion's number (${amountText(champion)} to ${amountText(candidate)})${exact ? '' : `; a second count differs by ${percentText(repeats)}, as with a just-in-time compiler`}`;
  return { code: 'instructions', text: `${counted}${meaning({ kind, unchanged, fewer: ratio < 1, ratio: measured?.ratio ?? 1 })}` };
}

function meaning({ kind, unchanged, fewer, ratio }: { kind: Verdict['kind']; unchanged: boolean; fewer: boolean; ratio: number }): string {
  if (kind === 'inconclusive') return unchanged ? '; it does the same work: a gain that more pairs would show must come from memory, waiting or parallel work' : fewer ? '; it does less work, so more pairs may show a gain' : '; it does more work';
  if (kind !== 'accepted' && kind !== 'quarantined') return '';
  if (unchanged) return '; the same work takes less time: memory, branches, waiting or parallel work';
  return fewer || ratio <= 1 ? '' : '; more work takes less time: memory, branches, waiting or parallel work';
}

function amountText(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toPrecision(4)} G`;
  return count >= 1e6 ? `${(count / 1e6).toPrecision(4)} M` : String(count);
}
