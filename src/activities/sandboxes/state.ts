import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { BaseTests, Scope, WorktreeRef } from '../../core/run/contracts.js';
import type { Target } from '../../core/target.js';
import { writeFileAtomic } from '../../store/atomic-file.js';
import type { Home } from '../../store/home.js';

/** A home has no room for any number of worktrees. */
export const mostSandboxes = 8;

const artifact = z.object({ sha: z.string(), bytes: z.int(), kind: z.string() });
const targetSchema = z.object({ id: z.string(), name: z.string(), base: z.object({ commit: z.string(), bundle: artifact }), origin: z.string(), revision: z.string() });
const stateSchema = z.object({ v: z.literal(1), id: z.string(), target: targetSchema, config: z.looseObject({}), commit: z.string().nullable(), valid: z.string().nullable(), passed: z.array(z.string()).default([]), tests: z.object({ runs: z.array(artifact), plain: z.boolean() }).nullable().default(null) });

/** What is known of a sandbox: its worktrees can be made again from it. */
export interface SandboxState {
  v: 1;
  id: string;
  target: Target;
  config: Config;
  /** The change so far, on top of the base; null: none yet. */
  commit: string | null;
  /** The commit that passed all steps that the config names. */
  valid: string | null;
  /** Those steps. */
  passed: readonly string[];
  /** What the tests of the base came to, to compare with; null: they did not run yet. */
  tests: KnownTests | null;
}

/** The part of a base's tests that those of a change are compared with. */
export type KnownTests = Pick<BaseTests, 'runs' | 'plain'>;

/** Whose work it is, for logs, journals and worktrees, and on what. */
export interface SandboxGround {
  scope: Scope;
  target: Target;
  config: Config;
}

/** Throws PL_SANDBOXES_FULL. */
export async function newState(home: Home, of: Pick<SandboxState, 'target' | 'config'>): Promise<SandboxState> {
  const there = (await readdir(folderOf(home)).catch(() => [])).filter((name) => name.endsWith('.json'));
  if (there.length >= mostSandboxes) throw new PerfloopError('PL_SANDBOXES_FULL', `There are ${there.length} sandboxes, and no more are kept.`, { where: there.map((name) => name.replace('.json', '')).join(', '), fix: 'Remove one: sandbox_remove.' });
  const state: SandboxState = { v: 1, id: `s-${randomBytes(4).toString('hex')}`, ...of, commit: null, valid: null, passed: [], tests: null };
  await writeState(home, state);
  return state;
}

/** Throws PL_NO_SUCH_SANDBOX. */
export async function readState(home: Home, id: string): Promise<SandboxState> {
  const text = await readFile(fileOf(home, id), 'utf8').catch(() => null);
  if (text === null) throw new PerfloopError('PL_NO_SUCH_SANDBOX', `There is no sandbox ${id}.`, { where: id, fix: 'Make one: sandbox_create.' });
  return stateSchema.parse(JSON.parse(text)) as unknown as SandboxState;
}

async function writeState(home: Home, state: SandboxState): Promise<void> {
  await mkdir(folderOf(home), { recursive: true });
  await writeFileAtomic(fileOf(home, state.id), JSON.stringify(state));
}

/**
 * Writes what became of a sandbox since `from` was read. False where another change was put there meanwhile, which stays
 * untouched. Throws PL_NO_SUCH_SANDBOX where it was removed.
 */
export async function changeState(home: Home, from: SandboxState, news: Partial<Pick<SandboxState, 'commit' | 'valid' | 'passed' | 'tests'>>): Promise<boolean> {
  const { commit } = await readState(home, from.id);
  if (commit !== from.commit) return false;
  await writeState(home, { ...from, ...news });
  return true;
}

export async function forgetState(home: Home, id: string): Promise<void> {
  await rm(fileOf(home, id), { force: true });
}

export function groundOf({ id, target, config }: SandboxState): SandboxGround {
  return { scope: { v: 1, run: id, trial: 'sandbox' }, target, config };
}

/** The worktrees of a sandbox: of the base (a) and of the change (b). */
export function worktreesOf({ id, target, commit }: SandboxState): { a: WorktreeRef; b: WorktreeRef } {
  return { a: { key: `${id}/sandbox/a`, commit: target.base.commit }, b: { key: `${id}/sandbox/b`, commit: commit ?? target.base.commit } };
}

const folderOf = (home: Home): string => join(home.root, 'sandboxes');
const fileOf = (home: Home, id: string): string => join(folderOf(home), `${id}.json`);
