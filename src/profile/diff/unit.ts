import { PerfloopError } from '../../core/errors.js';
import type { Measured } from './measure.js';
import type { ProfileDiff } from './schema.js';

/** What a person may say of the work in each profile. */
export interface UnitAsked {
  per: 'auto' | 'run' | 'iterations' | 'calls' | 'wall';
  /** A range of which one is one iteration. */
  range: string | null;
  /** A function, kernel or call of which one is one unit. */
  callsOf: string | null;
  unitsBefore: number | null;
  unitsAfter: number | null;
}

export const unasked: UnitAsked = { per: 'auto', range: null, callsOf: null, unitsBefore: null, unitsAfter: null };

type Unit = ProfileDiff['unit'];

/** Ranges that frameworks and programs put around one iteration; each may carry its number. PyTorch's profiler: ProfilerStep#12. */
const iteration = /^(profiler[ _]?step|(train(ing)?|eval(uation)?|inference)?[ _]?(step|iter(ation)?|batch))$/i;

/** A range without its number. */
const plain = (name: string): string => name.replace(/[\s#:_-]*\d+$/, '').trim();

/**
 * What times are divided by, and why another wish was not met; null: it was, or there was none. Throws PL_TOOL_INPUT where the units of
 * one side alone are given: the other's would be a guess.
 */
export function unitOf(before: Measured, after: Measured, asked: UnitAsked): { unit: Unit; problem: string | null } {
  const { per, range, callsOf, unitsBefore, unitsAfter } = asked;
  if (unitsBefore !== null && unitsAfter !== null) return { unit: { basis: 'given', what: 'units as given', before: unitsBefore, after: unitsAfter }, problem: null };
  if (unitsBefore !== null || unitsAfter !== null) throw new PerfloopError('PL_TOOL_INPUT', 'The units of work of one profile alone are given.', { where: unitsBefore === null ? 'units_b' : 'units_a', fix: 'Give both, --units-a and --units-b: how many units each profile holds.' });
  if (callsOf !== null || per === 'calls') {
    const found = callsOf === null ? null : counted(before, after, callsOf);
    if (found !== null) return { unit: { basis: 'calls', what: `calls of ${callsOf}`, ...found }, problem: null };
    return { unit: aRun, problem: callsOf === null ? 'name what is called with calls_of' : `calls of ${callsOf} are not counted in both profiles` };
  }
  if (per === 'wall') {
    if (before.wallMs && after.wallMs) return { unit: { basis: 'wall', what: 'seconds of the profile', before: before.wallMs / 1000, after: after.wallMs / 1000 }, problem: null };
    return { unit: aRun, problem: 'a profile does not say how long it is' };
  }
  if (per === 'run') return { unit: aRun, problem: null };
  const found = iterations(before, after, range);
  if (found !== null) return { unit: found, problem: null };
  return { unit: aRun, problem: per === 'iterations' || range !== null ? 'no range that marks iterations is in both profiles' : null };
}

const aRun: Unit = { basis: 'run', what: 'one run each', before: 1, after: 1 };

function counted(before: Measured, after: Measured, name: string): { before: number; after: number } | null {
  const count = ({ sections }: Measured): number => Object.values(sections).flat().filter((entry) => entry.name === name).reduce((sum, entry) => sum + (entry.count ?? 0), 0);
  const [a, b] = [count(before), count(after)];
  return a > 0 && b > 0 ? { before: a, after: b } : null;
}

/** By the range with the most time among those that may be iterations. */
function iterations(before: Measured, after: Measured, range: string | null): Unit | null {
  const counts = ({ sections: { ranges = [] } }: Measured): Map<string, { count: number; ms: number }> => {
    const found = new Map<string, { count: number; ms: number }>();
    for (const { name, count, ms } of ranges) {
      const short = range === null ? plain(name) : name === range ? name : plain(name);
      if (range === null ? !iteration.test(short) : short !== range) continue;
      const known = found.get(short) ?? { count: 0, ms: 0 };
      found.set(short, { count: known.count + (count ?? 0), ms: known.ms + ms });
    }
    return found;
  };
  const [a, b] = [counts(before), counts(after)];
  const [most] = [...a].filter(([name]) => b.has(name)).sort(([, one], [, other]) => other.ms - one.ms);
  return most === undefined ? null : { basis: 'iterations', what: `iterations (${most[0]})`, before: most[1].count, after: b.get(most[0])?.count ?? 1 };
}
