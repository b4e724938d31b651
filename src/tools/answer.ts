import { resolve } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { cachedProfile, type ImportWatch } from '../profile/cached.js';
import { openProfile } from '../profile/tools/open.js';
import { ask } from '../profile/tools/tool.js';
import type { Home } from '../store/home.js';
import type { SandboxDesk } from './sandbox/tool.js';
import type { Tool, ToolAnswer } from './tool.js';

/** What answering needs besides the question. */
export interface Answering {
  home: Home;
  /** Where paths within the input are relative to. */
  cwd?: string;
  watch?: ImportWatch;
  /** Does the work of sandboxes, for who may write; else they are refused. */
  desk?: SandboxDesk;
  signal?: AbortSignal;
}

/** What a tool may be asked about: absolute paths. */
export interface Targets {
  /** A profile as a profiler wrote it, or a database that perfloop made of one. */
  profile?: string | undefined;
  repository?: string | undefined;
}

/**
 * Asks a tool by its kind, importing the profile where that was not done yet. Throws PL_TOOL_WRITES for work in a sandbox that nobody allowed, PL_TOOL_PROFILE or PL_TOOL_REPOSITORY when
 * there is nothing to ask, a ZodError for an input that is none, and what importing a profile or opening a repository does.
 */
export async function answer(tool: Tool, { profile, repository }: Targets, input: unknown, { home, cwd = process.cwd(), watch, desk, signal }: Answering): Promise<ToolAnswer> {
  if (tool.target === 'sandbox') {
    if (desk === undefined) throw new PerfloopError('PL_TOOL_WRITES', `${tool.name} runs commands and writes into perfloop's home, which nobody allowed.`, { where: tool.name, fix: 'Allow it with --allow-write, where you trust the repository and whoever asks.' });
    return { tool: tool.name, abstained: null, ...(await desk(tool.name, input, { cwd, signal: signal ?? new AbortController().signal })) };
  }
  if (tool.target === 'repository') {
    if (repository === undefined) throw new PerfloopError('PL_TOOL_REPOSITORY', 'There is no repository to ask.', { where: tool.name, fix: `Name its folder: perfloop tool ${tool.name} --repo .` });
    const { openSourceTree } = await import('../scan/source-tree.js');
    const { askRepository } = await import('../scan/tool.js');
    return askRepository(tool, await openSourceTree(repository), input);
  }
  if (profile === undefined) throw new PerfloopError('PL_TOOL_PROFILE', 'There is no profile to ask.', { where: tool.name, fix: `Name it: perfloop tool ${tool.name} profile.sqlite` });
  const imported = (file: string): Promise<string> => cachedProfile(home, file, watch);
  const db = openProfile(await imported(profile));
  try {
    return ask(tool, db, await withOther(tool.otherProfile, input, (file) => imported(resolve(cwd, file))));
  } finally {
    db.close();
  }
}

/** The input with the database of the other profile in place of its file. */
async function withOther(field: string | undefined, input: unknown, imported: (file: string) => Promise<string>): Promise<unknown> {
  if (field === undefined || typeof input !== 'object' || input === null) return input;
  const file = (input as Record<string, unknown>)[field];
  return typeof file === 'string' ? { ...input, [field]: await imported(file) } : input;
}
