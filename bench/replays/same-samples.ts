import { signedRankTails } from '../../src/core/stats/signed-rank.js';
import { mean, standardDeviation, studentQuantile } from '../../src/core/stats/summary.js';

/** Milliseconds of the two sides of each pair, in the order they were taken. */
export type Times = readonly { a: number; b: number }[];

/** Whether a rule would call the candidate faster; null where the pairs are too few for it. */
export type Rival = (times: Times) => boolean | null;

/** What others do, on the very samples that the verdict saw. Those are paired and interleaved, which flatters each of them. */
export const rivals: Record<string, Rival> = {
  'a single run': ([first]) => (first === undefined ? null : first.a > first.b),
  'min of up to 10, > 5%': (times) => {
    const used = times.slice(0, 10);
    return used.length === 0 ? null : Math.min(...used.map(({ a }) => a)) > 1.05 * Math.min(...used.map(({ b }) => b));
  },
  'means of 10 after 3, > 2%': (times) => {
    const used = times.slice(3, 13);
    return used.length < 10 ? null : mean(used.map(({ a }) => a)) > 1.02 * mean(used.map(({ b }) => b));
  },
  'Mann-Whitney, up to 20 a side, 5%': (times) => {
    const used = times.slice(0, 20);
    return used.length < 4 ? null : mannWhitney(used.map(({ a }) => a), used.map(({ b }) => b)) > 1.6449;
  },
  't-test at every pair, 5%': (times) => {
    for (let n = 3; n <= times.length; n++) {
      const differences = times.slice(0, n).map(({ a, b }) => Math.log(a / b));
      if (mean(differences) > (studentQuantile(0.95, n - 1) * standardDeviation(differences)) / Math.sqrt(n)) return true;
    }
    return times.length < 3 ? null : false;
  },
  'signed rank of all pairs, 5%': (times) => (times.length < 5 ? null : signedRankTails(times.map(({ a, b }) => Math.log(a / b)), 0).greater <= 0.05),
};

/** z of "a is larger than b", by the normal approximation without ties (Mann and Whitney 1947). */
function mannWhitney(a: readonly number[], b: readonly number[]): number {
  let u = 0;
  for (const x of a) for (const y of b) u += x > y ? 1 : x === y ? 0.5 : 0;
  const product = a.length * b.length;
  return (u - product / 2) / Math.sqrt((product * (a.length + b.length + 1)) / 12);
}
