import { PerfloopError } from '../core/errors.js';
import { cachedProfile } from '../profile/cached.js';
import { openProfile } from '../profile/tools/open.js';
import { ask } from '../profile/tools/tool.js';
import type { Home } from '../store/home.js';
import type { Tool, ToolAnswer } from './tool.js';

/** What a tool may be asked about: absolute paths. */
export interface Targets {
  /** A profile as a profiler wrote it, or a database that perfloop made of one. */
  profile?: string | undefined;
  repository?: string | undefined;
}

/**
 * Asks a tool by its kind, importing the profile where that was not done yet. Throws PL_TOOL_PROFILE or PL_TOOL_REPOSITORY when
 * there is nothing to ask, a ZodError for an input that is none, and what importing a profile or opening a repository does.
 */
export async function answer(tool: Tool, { profile, repository }: Targets, input: unknown, { home, onImport, signal }: { home: Home; onImport?: () => void; signal?: AbortSignal }): Promise<ToolAnswer> {
  if (tool.target === 'repository') {
    if (repository === undefined) throw new PerfloopError('PL_TOOL_REPOSITORY', 'There is no repository to ask.', { where: tool.name, fix: `Name its folder: perfloop tool ${tool.name} --repo .` });
    const { openSourceTree } = await import('../scan/source-tree.js');
    const { askRepository } = await import('../scan/tool.js');
    return askRepository(tool, await openSourceTree(repository), input);
  }
  if (profile === undefined) throw new PerfloopError('PL_TOOL_PROFILE', 'There is no profile to ask.', { where: tool.name, fix: `Name it: perfloop tool ${tool.name} profile.sqlite` });
  const db = openProfile(await cachedProfile(home, profile, { ...(onImport === undefined ? {} : { onImport }), ...(signal === undefined ? {} : { signal }) }));
  try {
    return ask(tool, db, input);
  } finally {
    db.close();
  }
}
