import { RE2JS } from 're2js';
import { PerfloopError } from '../errors.js';
import type { Finding } from '../finding.js';
import { functionKey, shownName, type TargetFunction } from './target-function.js';

export interface TargetRules {
  by: 'self' | 'samples';
  /** How many at most. */
  top: number;
  /** A function with so many attempts is passed over. */
  mostAttempts: number;
  /** Regular expressions in RE2 syntax; functions whose name matches one are passed over. */
  ignore: readonly string[];
  /** Whether no candidate may change this file. */
  isProtected: (file: string) => boolean;
}

/** The targets, the hottest first, and how many functions were passed over for which reason. */
export interface ChosenTargets {
  targets: TargetFunction[];
  passedOver: { ignored: number; protected: number; attempted: number };
}

/**
 * Chooses the functions to work on. Several findings of one function are one target, with the largest share.
 * Throws PL_TARGETS_SAMPLES where the choice is by samples and a finding has none.
 */
export function chooseTargets(findings: readonly Finding[], attempts: ReadonlyMap<string, number>, rules: TargetRules): ChosenTargets {
  const patterns = rules.ignore.map((pattern) => RE2JS.compile(pattern));
  const passedOver = { ignored: 0, protected: 0, attempted: 0 };
  const targets: TargetFunction[] = [];
  for (const finding of hottestFirst(findings, rules.by)) {
    if (patterns.some((pattern) => pattern.matcher(finding.function).find())) passedOver.ignored += 1;
    else if (rules.isProtected(finding.file)) passedOver.protected += 1;
    else if ((attempts.get(functionKey(finding)) ?? 0) >= rules.mostAttempts) passedOver.attempted += 1;
    else if (targets.length < rules.top) targets.push(targetOf(finding));
  }
  return { targets, passedOver };
}

function hottestFirst(findings: readonly Finding[], by: TargetRules['by']): Finding[] {
  const without = by === 'samples' ? findings.find(({ samples }) => samples === undefined) : undefined;
  if (without !== undefined) throw new PerfloopError('PL_TARGETS_SAMPLES', `the finding on ${without.function} has no number of samples`, { where: 'steps: by = "samples"', fix: 'Choose by = "self", or let the command of `analyze` print samples.' });
  const heat = ({ selfShare, samples = 0 }: Finding): number => (by === 'samples' ? samples : selfShare);
  const hottest = new Map<string, Finding>();
  // The sort is stable, so that the first of several is the hottest one of its function.
  for (const finding of findings.toSorted((one, other) => heat(other) - heat(one))) if (!hottest.has(functionKey(finding))) hottest.set(functionKey(finding), finding);
  return [...hottest.values()];
}

function targetOf({ id, function: name, file, line, selfShare, samples }: Finding): TargetFunction {
  return { id, function: shownName(name), file, line, share: Math.round(selfShare * 10_000) / 10_000, ...(samples === undefined ? {} : { samples }) };
}
