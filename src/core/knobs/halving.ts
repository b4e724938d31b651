import { seededRandom } from '../stats/random.js';
import { hodgesLehmann } from '../stats/hodges-lehmann.js';
import { signedRankP } from '../stats/signed-rank.js';

/**
 * Which settings are worth a trial, by successive halving (Jamieson and Talwalkar, "Non-stochastic best arm identification
 * and hyperparameter optimization", AISTATS 2016; with a fixed budget Karnin, Koren and Somekh, "Almost optimal exploration
 * in multi-armed bandits", ICML 2013): all arms get a few pairs, the better half gets more, and so on, each rung an equal
 * part of the budget. What it gives is a guess: the verdict decides.
 */

/** One setting of one knob. */
export interface Arm {
  id: string;
  knob: string;
}

/** One rung: how many arms are in it, and how many further pairs each of them and the control gets. */
export interface Rung {
  arms: number;
  pairs: number;
}

export interface HalvingPlan {
  /** Arms that the budget holds, at most as many as were asked for. */
  arms: number;
  rungs: Rung[];
}

/** Fewer say nothing; and the last rung has to tell a gain from none: five pairs can give p = 1/32. */
const fewest = { pairs: 3, last: 5 };
/** Of a rung; more are the verdict's. */
const mostPairs = 8;
/** So many are left for the last rung: the best of several knobs. */
export const finalists = 4;

/**
 * The rungs that `held` pairs pay for. Each visit of an arm, and of the control, costs one pair more, which warms up. Where
 * not even the fewest pairs of each arm fit, there are fewer arms; with none the plan is empty.
 */
export function planHalving(arms: number, held: number): HalvingPlan {
  for (let count = arms; count > 0; count--) {
    const sizes = sizesOf(count);
    const visits = (size: number): number => size + 1;
    const least = sizes.map((size, i) => visits(size) * (fewestIn(i, sizes) + 1));
    const spare = held - least.reduce((sum, cost) => sum + cost, 0);
    if (spare < 0) continue;
    const share = held / sizes.length;
    let left = spare;
    const rungs = sizes.map((size, i): Rung => {
      const least = fewestIn(i, sizes);
      const wanted = Math.min(mostPairs, Math.floor(share / visits(size)) - 1) - least;
      const more = Math.max(0, Math.min(wanted, Math.floor(left / visits(size))));
      left -= more * visits(size);
      return { arms: size, pairs: least + more };
    });
    return { arms: count, rungs };
  }
  return { arms: 0, rungs: [] };
}

/** Pairs that a plan takes, those included that warm up. */
export function pairsOf({ rungs }: HalvingPlan): number {
  return rungs.reduce((sum, { arms, pairs }) => sum + (arms + 1) * (pairs + 1), 0);
}

function sizesOf(count: number): number[] {
  const sizes = [count];
  for (let size = count; size > finalists; ) {
    size = Math.max(finalists, Math.ceil(size / 2));
    sizes.push(size);
  }
  return sizes;
}

function fewestIn(rung: number, sizes: readonly number[]): number {
  return rung === sizes.length - 1 ? fewest.last : fewest.pairs;
}

/** Natural-log gains over the champion of every pair so far, by the id of the arm. An arm that failed has none. */
export type Gains = Readonly<Record<string, readonly number[]>>;

/** The best `keep` of the arms, best first. Of two that are alike the one that came first; one without numbers is out. */
export function survivors<A extends Arm>(arms: readonly A[], gains: Gains, keep: number): A[] {
  return arms
    .filter((arm) => estimateOf(arm, gains) !== null)
    .toSorted((a, b) => (estimateOf(b, gains) ?? 0) - (estimateOf(a, gains) ?? 0))
    .slice(0, keep);
}

/** The chance at most that one setting which changes nothing is taken for better. A trial of it would refuse it. */
export const searchAlpha = 0.1;

/**
 * Of each knob its best setting, where the pairs of the last rung alone say that it is better than what two builds of the
 * champion show: halving keeps whom earlier pairs favoured by luck, too. The largest gain first.
 */
export function winners<A extends Arm>(arms: readonly A[], gains: Gains, last: Gains, control: readonly number[]): A[] {
  const shift = control.length === 0 ? 0 : Math.max(0, hodgesLehmann(control));
  const best = new Map<string, A>();
  for (const arm of survivors(arms, gains, arms.length)) if (!best.has(arm.knob)) best.set(arm.knob, arm);
  return [...best.values()].filter((arm) => {
    const own = last[arm.id] ?? [];
    return own.length > 0 && hodgesLehmann(own) > shift && signedRankP(own, shift) <= searchAlpha;
  });
}

/** Natural log; null where the arm has no numbers. */
export function estimateOf({ id }: Pick<Arm, 'id'>, gains: Gains): number | null {
  const own = gains[id] ?? [];
  return own.length === 0 ? null : hodgesLehmann(own);
}

/** The arms in an order that follows from the seed, so that what drifts on the machine favours none for long. */
export function shuffled<A>(arms: readonly A[], seed: string): A[] {
  const random = seededRandom(seed);
  return arms.map((arm) => ({ arm, at: random() })).sort((a, b) => a.at - b.at).map(({ arm }) => arm);
}

/**
 * The first `count` arms, where each knob gets its first setting before any gets its second: what a budget holds of them. In
 * the order of the list where all fit.
 */
export function fairly<A extends Arm>(arms: readonly A[], count: number): A[] {
  const turns = new Map<string, number>();
  const withTurn = arms.map((arm) => {
    const turn = turns.get(arm.knob) ?? 0;
    turns.set(arm.knob, turn + 1);
    return { arm, turn };
  });
  const taken = new Set(withTurn.toSorted((a, b) => a.turn - b.turn).slice(0, count).map(({ arm }) => arm));
  return arms.filter((arm) => taken.has(arm));
}
