import { benchAnalyze, type BenchAnalysis } from '../../profile/cases/run.js';
import { note, type CliContext } from '../context.js';
import { detachOnSignals } from '../follow.js';

/** Analyzes perfloop's own cases, and compares with what makes each of them slow. */
export async function benchAnalysis(context: CliContext): Promise<BenchAnalysis> {
  const { signal, release } = detachOnSignals();
  try {
    return await benchAnalyze({ signal, onCase: (name) => note(context, `case: ${name}`) });
  } finally {
    release();
  }
}
