import { compareSeen, type SideSeen } from '../../core/check/cases/judge-cases.js';
import type { NodeRule } from '../../core/check/cases/compare-nodes.js';
import type { Comparison } from '../../core/check/comparison.js';
import type { CheckConfig } from '../../core/config/check-schema.js';
import { compareOutputsOf, type Output } from '../output.js';

/** What is compared: the outputs of one place, in the order of their seeds, or what the calls of a function showed. */
export type CompareRequest =
  | { kind: 'outputs'; champion: readonly Output[]; candidate: readonly Output[]; check: CheckConfig }
  | { kind: 'cases'; name: string; champion: SideSeen; candidate: SideSeen; rule: NodeRule };

/** `run`: which of the runs differs. */
export type Compared = Comparison & { run?: number };

export function answer(request: CompareRequest): Compared {
  if (request.kind === 'outputs') return compareOutputsOf(request.champion, request.candidate, request.check);
  return compareSeen(request.name, request.champion, request.candidate, request.rule);
}

/** The champion in the place of the candidate. */
export function withItself(request: CompareRequest): CompareRequest {
  // Each kind has both sides of one type, which the compiler cannot tell of the union.
  return { ...request, candidate: request.champion } as CompareRequest;
}
