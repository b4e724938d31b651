import type { Pair } from '../sample.js';
import type { RunEvidence } from '../status.js';
import { verdictOf } from './judge.js';
import type { Rule } from './rule.js';
import type { Measured, ReasonCode, Verdict } from './verdict.js';

/**
 * What the stored samples say of a recorded verdict today. `agrees`: the same verdict and the same numbers. `overruled`: the
 * same numbers, and something besides the samples (a person, a newer champion, a budget) decided otherwise, as its reasons
 * say. `differs`: neither, so that one of the record, the samples and the rule is not what it was.
 */
export interface Recheck {
  kind: 'agrees' | 'overruled' | 'differs';
  /** Computed from the samples. */
  again: Verdict;
}

/** Reasons that follow from samples alone, in a trial that has some. `protected` may also be what a build wrote. A verdict against its samples needs another one. */
const ofSamples: ReadonlySet<ReasonCode> = new Set(['faster', 'futile', 'undecided', 'mean-worse', 'guard-worse', 'guard-undecided', 'floor', 'too-fast', 'roofline', 'metric-disagrees', 'sample-failed', 'champion-failed', 'left-files', 'left-processes', 'output-differs', 'output-varies']);

/** Computes a verdict again from all pairs of its trial. */
export function recheck(pairs: readonly Pair[], rule: Rule, recorded: Verdict): Recheck {
  const again = verdictOf(pairs, rule);
  // What was refused without a look at its numbers (a file that changed while it was measured) has none recorded.
  const same = recorded.measured === null || sameNumbers(recorded.measured, again.measured);
  if (!same) return { kind: 'differs', again };
  if (again.kind === recorded.kind) return { kind: 'agrees', again };
  return { kind: decidedElsewhere(recorded) ? 'overruled' : 'differs', again };
}

/** A champion that fails in a sample leaves the trial open; it is a build of it that ends the trial. */
function decidedElsewhere({ kind, reasons }: Verdict): boolean {
  return reasons.some(({ code }) => !ofSamples.has(code) || (code === 'champion-failed' && kind === 'rejected'));
}

/**
 * The rule of a trial whose samples were stored without it: what its run kept of its metrics and protocol, and the delta
 * that its verdict names. Null where that was not kept either.
 */
export function ruleOfRecord(evidence: RunEvidence | undefined, recorded: Verdict | null): Rule | null {
  if (evidence === undefined || recorded === null || recorded.measured === null) return null;
  return { v: 1, metrics: evidence.metrics, delta: recorded.measured.delta, protocol: evidence.protocol };
}

/** Whether two computations gave the same, but for the last bits: another machine may round a logarithm otherwise. */
export function sameNumbers(one: Measured, other: Measured | null): boolean {
  if (other === null || one.pairs === 0) return one.pairs === (other?.pairs ?? 0);
  return one.pairs === other.pairs && close(one.ratio, other.ratio) && close(one.ci95[0], other.ci95[0]) && close(one.ci95[1], other.ci95[1]);
}

function close(x: number, y: number): boolean {
  return x === y || Math.abs(x - y) <= 1e-9 * Math.abs(y);
}
