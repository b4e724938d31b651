import { z } from 'zod';
import type { SandboxTool } from './tool.js';

const sandbox = z.string().regex(/^s-[0-9a-f]{8}$/, 'is no id of a sandbox, such as s-3f2a91bc').describe('Its id, as sandbox_create gave it.');
const commit = z.string().describe('Of perfloop\'s own repository.');
const seconds = z.number();

export const createInput = z.object({
  repo: z.string().min(1).default('.').describe('Folder of the repository; it is only read.'),
  revision: z.string().min(1).default('HEAD').describe('What the sandbox begins with.'),
  config: z.string().min(1).optional().describe('A config in place of the perfloop.toml of the folder.'),
});
const textEdit = z.object({
  file: z.string().min(1).max(1000).describe('Relative to the repository.'),
  old: z.string().min(1).max(200_000).describe('Text that occurs exactly once in the file.'),
  new: z.string().max(200_000).describe('What takes its place.'),
});
export const applyInput = z.object({
  sandbox,
  diff: z.string().min(1).max(1_000_000).optional().describe('A unified diff, as git makes it.'),
  edits: z.array(textEdit).min(1).max(50).optional().describe('Exact texts and what takes their place; instead of a diff.'),
});
export const sandboxInput = z.object({ sandbox });
export const measureInput = z.object({ sandbox, pairs: z.int().min(4).max(30).default(6).describe('How many pairs: each is the benchmark once on the base and once on the change.') });
export const commitInput = z.object({ sandbox, message: z.string().trim().min(1).max(4000).describe('Of the commit: a subject line, and why.') });

const noRow = z.object({});

/** In the order in which they are used. */
export const sandboxTools: readonly SandboxTool[] = [
  { target: 'sandbox', name: 'sandbox_create', aliases: [], summary: 'opens a worktree of a repository\'s commit, in perfloop\'s own home, to try changes in', input: createInput, row: noRow, facts: z.object({ sandbox, base: commit, worktree: z.string(), sandboxed: z.boolean() }) },
  { target: 'sandbox', name: 'sandbox_apply', aliases: [], summary: 'puts a change on top of what is in a sandbox; protected files must stay', input: applyInput, row: z.object({ file: z.string() }), facts: z.object({ sandbox, commit }) },
  { target: 'sandbox', name: 'sandbox_validate', aliases: [], summary: 'sets up, builds, tests and smoke-runs the change in a sandbox by the commands of its perfloop.toml; tests are compared with those of its base', input: sandboxInput, row: z.object({ step: z.string(), ok: z.boolean(), seconds, problem: z.string(), tail: z.string() }), facts: z.object({ sandbox, commit, valid: z.boolean() }) },
  { target: 'sandbox', name: 'sandbox_measure', aliases: [], summary: 'measures the change in a sandbox against its base in a few interleaved pairs: a cheap measurement, no verdict', input: measureInput, row: z.object({ pair: z.int(), baseMs: z.number(), changeMs: z.number() }), facts: z.object({ sandbox, commit, kind: z.literal('a cheap measurement, not a verdict'), pairs: z.int(), ratio: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() }) },
  { target: 'sandbox', name: 'sandbox_commit', aliases: [], summary: 'makes one commit of a change that sandbox_validate found valid, on a branch of perfloop\'s own repository', input: commitInput, row: noRow, facts: z.object({ sandbox, commit, branch: z.string(), repository: z.string(), fetch: z.string() }) },
  { target: 'sandbox', name: 'sandbox_remove', aliases: [], summary: 'removes a sandbox with its worktrees; a branch that was committed stays', input: sandboxInput, row: noRow, facts: z.object({ sandbox }) },
];
