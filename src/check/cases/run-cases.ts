import { randomBytes, randomInt } from 'node:crypto';
import { readFunctionName, type FunctionName } from '../../core/check/cases/function-name.js';
import { generateCases, shuffled } from '../../core/check/cases/generate.js';
import type { CaseSeen } from '../../core/check/cases/observation.js';
import { readType } from '../../core/check/cases/type-text.js';
import { defaultGenerator, type CasesConfig } from '../../core/config/cases-schema.js';
import type { CommandRequest, CommandResult } from '../../measure/command.js';
import { FrameReader } from './frames.js';
import type { CasePlan, FunctionRef } from './plan.js';
import { caseProgram } from './program.js';

/** What is the same on both sides of a comparison. */
export interface CaseDraw {
  seed: string;
  values: CasePlan['values'];
  order: number[];
}

/** What one side showed. `why`: how it ended, where not all cases are there. */
export type CasesRan = { kind: 'ran'; cases: CaseSeen[]; why: string | null } | { kind: 'unusable'; why: string };

/** A program for an interpreter, and where what it prints goes. */
export type CaseProgram = Required<Pick<CommandRequest, 'command' | 'stdin' | 'onStdout'>>;

/** Inputs and order, drawn when what is judged is fixed. */
export function drawCases(cases: CasesConfig, seed: string): CaseDraw {
  const { language } = functionNamed(cases.entry);
  const order = shuffled(Array.from({ length: cases.count }, (_, index) => index), () => randomInt(2 ** 32) / 2 ** 32);
  if (cases.args === undefined) return { seed, values: [], order };
  const types = cases.args.map((text) => {
    const type = readType(text);
    if (typeof type === 'string') throw new Error(`a type was not checked: ${text}: ${type}`);
    return type;
  });
  return { seed, values: generateCases(types, { seed, count: cases.count, size: cases.size, language }), order };
}

/** Runs the cases in a fresh process of the target's interpreter. `run` starts a command at the root of the worktree. */
export async function runCases(cases: CasesConfig, draw: CaseDraw, run: (program: CaseProgram) => Promise<CommandResult>): Promise<CasesRan> {
  const entry = functionNamed(cases.entry);
  const ref = ({ path, names }: FunctionName): FunctionRef => ({ path, names });
  const secret = randomBytes(32).toString('hex');
  const program = await caseProgram(entry.language, {
    secret,
    entry: ref(entry),
    factory: cases.factory === undefined ? null : ref(functionNamed(cases.factory)),
    inputs: cases.inputs === undefined ? null : ref(functionNamed(cases.inputs, defaultGenerator)),
    count: cases.count,
    ...draw,
  });
  const frames = new FrameReader(secret);
  const runner = cases.runner ?? { javascript: 'node', python: 'python3' }[entry.language];
  const result = await run({ command: `${runner} -`, stdin: program, onStdout: (chunk) => frames.append(chunk) });
  const unusable = frames.said.find((said) => said.k === 'unusable');
  if (unusable !== undefined) return { kind: 'unusable', why: unusable.text };
  const why = frames.said.some((said) => said.k === 'end') ? null : howItEnded(result, cases.timeout);
  if (!frames.said.some((said) => said.k === 'ready')) return { kind: 'unusable', why: why ?? 'it said nothing' };
  return { kind: 'ran', cases: frames.said.filter((said) => said.k === 'case'), why };
}

export function functionNamed(text: string, name: string | null = null): FunctionName {
  const read = readFunctionName(text, name);
  if (typeof read === 'string') throw new Error(`a function was not checked: ${text}: ${read}`);
  return read;
}

function howItEnded(result: CommandResult, timeoutMs: number): string {
  const lines = result.stderr.trim().split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const last = (lines.findLast((line) => /^\w*(?:Error|Exception)\b/.test(line)) ?? lines.at(-1) ?? '').slice(0, 400);
  const end = result.timedOut ? `it was stopped after ${Math.round(timeoutMs / 1000)} s` : result.signal !== null ? `it was ended by ${result.signal}` : `it ended with exit code ${result.exitCode}`;
  return last === '' ? end : `${end}: ${last}`;
}
