import type { Pair } from '../sample.js';
import { mean, median, standardDeviation } from '../stats/summary.js';
import type { Reason } from './verdict.js';

/** Shorter than this processes may live on: a shell that still has to end, and how exactly that can be seen. Milliseconds. */
const leastMs = 20;
/** And than this share of the champion's wall time: a gain up to it counts as none. */
const leastShare = 0.02;
/** How often they have to be ended: what happens in one sample alone makes no candidate faster, and may be an accident. */
const leastEnded = 2;
/** Where the champion's have to be ended as well: how unlikely it is that those of the candidate only happened to be more often. */
const chance = 0.05;

/**
 * Processes of the candidate that go on after the exit, where those of the champion do not: what they do is missing from the
 * wall time. Those that had to be ended would have gone on for nobody knows how long, so that they are counted; those that
 * ended by themselves count by their time. Empty where there is nothing of both.
 */
export function leftProcesses(pairs: readonly Pair[]): Reason[] {
  if (pairs.some((pair) => isOfEarlierVersion(pair))) return longer(pairs, byMedian(pairs));
  // A champion sample that stands in says nothing of what it left.
  const whole = pairs.filter(({ shared }) => shared !== true);
  const ended = endedMoreOften(whole);
  return ended.length > 0 ? ended : longer(whole, byMean(whole));
}

function endedMoreOften(pairs: readonly Pair[]): Reason[] {
  const had = (pair: Pair, side: 'a' | 'b'): boolean => (pair[side].left?.ended ?? 0) > 0;
  const times = (side: 'a' | 'b'): number => pairs.filter((pair) => had(pair, side)).length;
  const [ofChampion, ofCandidate] = [times('a'), times('b')];
  const alone = (side: 'a' | 'b', other: 'a' | 'b'): number => pairs.filter((pair) => had(pair, side) && !had(pair, other)).length;
  const more = ofChampion === 0 ? ofCandidate >= leastEnded : headsOf(alone('b', 'a'), alone('b', 'a') + alone('a', 'b')) < chance;
  if (!more) return [];
  const champion = ofChampion === 0 ? "never of the champion's" : `of the champion's in ${ofChampion}`;
  const names = namesOf(pairs);
  const which = names === '' ? '' : ` (${names})`;
  return [{ code: 'left-processes', text: `Processes of the candidate's benchmark${which} go on after its exit and had to be ended in ${ofCandidate} of ${pairs.length} samples, ${champion}: what they do is missing from the wall time. Let the benchmark wait for them.` }];
}

/** Probability of at least so many heads in so many throws of a fair coin: the sign test, one-sided. */
function headsOf(heads: number, throws: number): number {
  let ways = 1;
  let sum = 0;
  for (let n = throws; n >= heads; n--) {
    sum += ways;
    ways = (ways * n) / (throws - n + 1);
  }
  return sum / 2 ** throws;
}

/** By how much the candidate's live on for longer, in milliseconds, and how much of it is nobody's fault. */
interface Longer {
  ms: number;
  allowed: number;
}

/**
 * Means of those that ended by themselves, since what is left in a third of the samples is missing as well. The longest of
 * each side is left out: one process that was late says nothing. Where the champion's are late now and then, so may be the
 * candidate's, and only a difference beyond two standard errors is one.
 */
function byMean(pairs: readonly Pair[]): Longer {
  const lived = (side: 'a' | 'b'): number[] => pairs.map(({ [side]: { left } }) => ((left?.ended ?? 0) > 0 ? 0 : (left?.ms ?? 0))).toSorted((x, y) => x - y);
  const [a, b] = [lived('a'), lived('b')];
  const [shownA, shownB] = [a.slice(0, -1), b.slice(0, -1)];
  const byChance = a.some((ms) => ms > leastMs) ? (2 * Math.hypot(standardDeviation(shownA), standardDeviation(shownB))) / Math.sqrt(shownA.length) : 0;
  return { ms: mean(shownB) - mean(shownA), allowed: allowedOf(mean(pairs.map((pair) => pair.a.wallMs))) + byChance };
}

/** As samples were judged that do not say what had to be ended. */
function byMedian(pairs: readonly Pair[]): Longer {
  const lived = (side: 'a' | 'b'): number => median(pairs.map((pair) => pair[side].left?.ms ?? 0));
  return { ms: lived('b') - lived('a'), allowed: allowedOf(median(pairs.map(({ a }) => a.wallMs))) };
}

function isOfEarlierVersion({ a, b }: Pair): boolean {
  return [a.left, b.left].some((left) => left?.ms !== undefined && left.ended === undefined);
}

const allowedOf = (wallMs: number): number => Math.max(leastMs, leastShare * wallMs);

function longer(pairs: readonly Pair[], { ms, allowed }: Longer): Reason[] {
  // Of fewer than two pairs there is no mean.
  if (!(ms > allowed)) return [];
  const names = namesOf(pairs);
  const which = names === '' ? '' : ` (${names}, which had to be ended)`;
  return [{ code: 'left-processes', text: `Processes of the candidate's benchmark go on for ${Math.round(ms)} ms after its exit${which}, and the champion's do not: what they do is missing from the wall time.` }];
}

function namesOf(pairs: readonly Pair[]): string {
  return [...new Set(pairs.flatMap(({ b }) => b.left?.processes ?? []))].slice(0, 5).join(', ');
}
