import type { ProgramScore } from './exam.js';
import type { FindingScore } from './score.js';

/** Counts over programs. */
export interface ExamSum {
  programs: number;
  real: number;
  right: number;
  /** Cause gone and small, but behaviour was not observed: not counted as right. */
  unchecked: number;
  wrong: number;
  notPatched: number;
  false: number;
  turnedDown: number;
  falsePatched: number;
  /** Proposals about none of the findings, and those of them that break the program. */
  besides: number;
  besidesBroken: number;
}

export function sumOf(programs: readonly ProgramScore[]): ExamSum {
  const findings = programs.flatMap((program) => program.findings);
  const count = (result: FindingScore['result']): number => findings.filter((one) => one.result === result).length;
  const besides = programs.flatMap((program) => program.besides);
  return {
    programs: programs.length,
    real: findings.filter(({ kind }) => kind === 'real').length,
    right: count('right'),
    unchecked: count('unchecked'),
    wrong: count('wrong'),
    notPatched: count('not patched'),
    false: findings.filter(({ kind }) => kind === 'false').length,
    turnedDown: count('turned down'),
    falsePatched: count('patched'),
    besides: besides.length,
    besidesBroken: besides.filter(({ breaks }) => breaks).length,
  };
}
