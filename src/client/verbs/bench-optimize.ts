import { join } from 'node:path';
import { pythonWithTorch } from '../../propose/exam/behaviour.js';
import { runExam, type ProgramScore } from '../../propose/exam/exam.js';
import { halves, loadCases, type Half } from '../../propose/exam/load-cases.js';
import { sumOf, type ExamSum } from '../../propose/exam/sum.js';
import { recipeProposer } from '../../propose/recipe-proposer.js';
import { packageRoot } from '../../worker/engine/package-paths.js';
import { note, type CliContext } from '../context.js';
import { detachOnSignals } from '../follow.js';

export interface BenchOptimization {
  /** The version that behaviour was checked with; null when it was not checked. */
  torch: string | null;
  halves: { half: Half; programs: ProgramScore[]; sum: ExamSum }[];
}

/** Debian's torch belongs to the distribution's own Python, which need not be the first on PATH. */
const usualPythons = ['python3', '/usr/bin/python3'];

/** Hands the findings of small programs to the offline recipes, and judges their patches. */
export async function benchOptimization(context: CliContext, { half, python }: { half?: Half; python?: string } = {}): Promise<BenchOptimization> {
  const root = join(packageRoot, 'bench', 'recipes');
  const { signal, release } = detachOnSignals();
  try {
    const found = await pythonWithTorch(python === undefined ? usualPythons : [python], { signal });
    if ('missing' in found) note(context, `behaviour is not checked: no torch (${found.missing})`);
    const proposer = recipeProposer();
    const results: BenchOptimization['halves'] = [];
    for (const one of half === undefined ? halves : [half]) {
      const cases = await loadCases(root, one);
      const programs = await runExam({ cases, proposer, python: found, harness: join(root, 'harness.py'), onCase: (name) => note(context, `${one}: ${name}`), signal });
      results.push({ half: one, programs, sum: sumOf(programs) });
    }
    return { torch: 'missing' in found ? null : found.torch, halves: results };
  } finally {
    release();
  }
}
