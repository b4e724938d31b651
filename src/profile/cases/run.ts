import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { commandEnvironment } from '../../measure/command-environment.js';
import { runCommand } from '../../measure/run-command.js';
import { captureProfile } from '../capture/capture.js';
import { importProfile } from '../import/import.js';
import { analyzeInThread } from '../rules/in-thread.js';
import type { AnalysisCase } from './case.js';
import { gpuCases } from './gpu-cases.js';
import { hostCases } from './host-cases.js';
import { scoreCase, type CaseScore, type Place } from './score.js';
import { SimulatedProgram } from './simulated.js';

export const analysisCases: readonly AnalysisCase[] = [...gpuCases, ...hostCases];

export interface BenchAnalysis {
  cases: CaseScore[];
  exact: number;
  near: number;
  missed: number;
  /** Of all cases. */
  falsePositives: number;
  notRun: number;
}

/** Analyzes every case and compares with the truth. A case whose profiler is not there is not run, and says so. */
export async function benchAnalyze({ cases = analysisCases, onCase = () => undefined, signal }: { cases?: readonly AnalysisCase[]; onCase?: (name: string) => void; signal?: AbortSignal } = {}): Promise<BenchAnalysis> {
  const scores: CaseScore[] = [];
  for (const one of cases) {
    signal?.throwIfAborted();
    onCase(one.name);
    const folder = await mkdtemp(join(tmpdir(), 'perfloop-case-'));
    try {
      scores.push(await runCase(one, folder, signal));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const count = (result: CaseScore['result']): number => scores.filter((score) => score.result === result).length;
  return { cases: scores, exact: count('exact'), near: count('near'), missed: count('missed'), falsePositives: scores.reduce((sum, { falsePositives }) => sum + falsePositives.length, 0), notRun: count('not run') };
}

async function runCase(one: AnalysisCase, folder: string, signal: AbortSignal | undefined): Promise<CaseScore> {
  const repo = join(folder, 'repo');
  for (const [path, text] of Object.entries(one.program)) {
    await mkdir(dirname(join(repo, path)), { recursive: true });
    await writeFile(join(repo, path), text);
  }
  let files: string[];
  try {
    files = await profileOf(one, repo, folder, signal);
  } catch (error) {
    if (!(error instanceof PerfloopError) || !error.code.startsWith('PL_PROFILE_')) throw error;
    return { name: one.name, result: 'not run', truth: truthOf(one), best: null, falsePositives: [], reason: error.message };
  }
  const database = join(folder, 'profile.sqlite');
  await importProfile({ files, kind: 'auto', database });
  const { findings } = await analyzeInThread({ database, file: one.name, repo }, signal === undefined ? {} : { signal });
  return scoreCase(one.name, truthOf(one), findings);
}

async function profileOf({ profile }: AnalysisCase, repo: string, folder: string, signal: AbortSignal | undefined): Promise<string[]> {
  if ('simulate' in profile) {
    const program = new SimulatedProgram();
    profile.simulate(program);
    return [program.write(join(folder, 'export.sqlite'))];
  }
  const command = { command: profile.command, cwd: repo, env: commandEnvironment(), timeoutMs: 60_000, ...(signal === undefined ? {} : { signal }) };
  return (await captureProfile({ kind: profile.kind, command, outDir: join(folder, 'capture'), runCommand })).files;
}

/** The line that the truth's text stands on. */
function truthOf({ truth, program }: AnalysisCase): Place | null {
  if (truth === null) return null;
  const { category, file, function: name, on } = truth;
  return { category, file, function: name, line: (program[file] ?? '').split('\n').findIndex((text) => text.trim() === on) + 1 };
}
