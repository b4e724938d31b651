import { z } from 'zod';
import { durationMs } from './duration.js';
import { environmentName, environmentValue, relativePath } from './values.js';

/** A command line, run by the shell in the worktree. */
const command = z.string().trim().min(1).max(10_000).refine((text) => !text.includes('\0'), 'must not hold a NUL character');

const longestCommandMs = 7 * 86_400_000;

export const commandTable = z.strictObject({
  run: command.describe('The shell command. Required.'),
  cwd: relativePath.default('.').describe('Where it runs, relative to the repository root.'),
  env: z.record(environmentName, environmentValue).default({}).describe('Environment variables to add. The value `$NAME` is taken from the environment of perfloop, so that no secret stands in this file.'),
  timeout: durationMs.refine((ms) => ms <= longestCommandMs, 'must be at most 7d').meta({ title: 'duration' }).default(600_000).describe('The command and its children are stopped after this long; at most `7d`.'),
}, { error: (issue) => (issue.code === 'invalid_type' && issue.input !== undefined ? 'expected a shell command: a string, or a table with `run`' : undefined) });

/** A string is short for a table with `run` alone. */
export const commandSpec = z.preprocess((value) => (typeof value === 'string' ? { run: value } : value), commandTable).meta({ title: 'command' });

export type CommandSpec = z.infer<typeof commandTable>;
