import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { drawCases, functionNamed, runCases, type CaseDraw, type CasesRan } from '../../src/check/cases/run-cases.js';
import { compareSeen } from '../../src/core/check/cases/judge-cases.js';
import { caseSchema, type CasesConfig } from '../../src/core/config/cases-schema.js';
import { commandEnvironment } from '../../src/measure/command-environment.js';
import { runCommand } from '../../src/measure/run-command.js';

export type Files = Record<string, string>;
export type CasesInput = Record<string, unknown> & { entry: string };

async function folderWith(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-cases-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** What one side shows, in a fresh process; as the activity does it, without worktrees. */
export async function ran(cases: CasesConfig, draw: CaseDraw, files: Files): Promise<CasesRan> {
  const folder = await folderWith(files);
  return runCases(cases, draw, (program) => runCommand({ ...program, cwd: folder, env: { ...commandEnvironment(), PYTHONHASHSEED: draw.seed }, timeoutMs: cases.timeout }));
}

/** Both sides in fresh processes, with the same seed. Null: they agree. */
export async function compare(input: CasesInput, champion: Files, candidate: Files, seed = '1234567890'): Promise<string | null> {
  const cases = caseSchema.parse(input);
  const draw = drawCases(cases, seed);
  const [a, b] = [await ran(cases, draw, champion), await ran(cases, draw, candidate)];
  if (a.kind === 'unusable') return `champion: ${a.why}`;
  if (b.kind === 'unusable') return `candidate: ${b.why}`;
  const result = compareSeen(functionNamed(cases.entry).names.join('.'), a, b, { tolerance: { relative: cases.tolerance, absolute: cases.absolute }, order: cases.order });
  return result.agree ? null : `${result.whose === 'champion' ? 'champion: ' : ''}${result.text}`;
}
