import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CommandRequest, CommandResult } from '../measure/command.js';
import type { ModuleAnswer, ModulePlan } from './plan.js';

const harness = new URL('harness/own-steps.cjs', import.meta.url);

/** The interpreter of the target, which reads a program from its standard input. */
export const moduleCommand = 'node -';

/**
 * Asks a process of its own about a module, or has it call a function. `run` starts the command with what it is to read.
 * Null: it ended without an answer.
 */
export async function askModule<Result extends Pick<CommandResult, 'stdout'>>(plan: Omit<ModulePlan, 'secret'>, run: (program: Required<Pick<CommandRequest, 'command' | 'stdin'>>) => Promise<Result>): Promise<{ answer: ModuleAnswer | null; result: Result }> {
  const secret = randomBytes(16).toString('hex');
  const source = await readFile(harness, 'utf8');
  const stdin = `(async (require, module) => {\n${source}\nawait module.exports.run(${JSON.stringify({ ...plan, secret }).replaceAll(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)});\n})(require, {});\n`;
  const result = await run({ command: moduleCommand, stdin });
  return { answer: answerIn(result.stdout, secret), result };
}

/** What else the module prints is passed over. */
function answerIn(stdout: string, secret: string): ModuleAnswer | null {
  const mark = `\n@${secret} `;
  const at = stdout.indexOf(mark);
  const end = stdout.indexOf('\n', at + mark.length);
  // Made by the program, so of its form.
  return at < 0 || end < 0 ? null : (JSON.parse(stdout.slice(at + mark.length, end)) as ModuleAnswer);
}
