import { resolve } from 'node:path';
import { z } from 'zod';
import { answer, type Targets } from '../../tools/answer.js';
import { toolGroups, toolNamed, type ToolGroup } from '../../tools/registry.js';
import type { Tool, ToolAnswer } from '../../tools/tool.js';
import type { CliContext } from '../context.js';
import { detachOnSignals } from '../follow.js';
import { importWatch } from '../import-watch.js';
import { toolInput } from './tool-input.js';

export interface ToolListed {
  group: ToolGroup;
  name: string;
  aliases: readonly string[];
  summary: string;
  /** JSON Schema of what it takes. */
  input: unknown;
}

export async function toolList(): Promise<ToolListed[]> {
  const groups = Object.entries(await toolGroups()) as [ToolGroup, Awaited<ReturnType<typeof toolGroups>>[ToolGroup]][];
  return groups.flatMap(([group, tools]) => tools.map(({ name, aliases, summary, input }) => ({ group, name, aliases, summary, input: z.toJSONSchema(input, { io: 'input' }) })));
}

/**
 * Asks a tool. `given`: what stands after its name, flags that are the tool's own as they were written (`--by device`,
 * `--least-us=10`) and at most one target, anywhere among them. A repository that nobody names is the working directory.
 */
export async function tool(context: CliContext, { name, profile, repo, given, allowWrite }: { name: string; profile?: string; repo?: string; given: readonly string[]; /** Whether work in sandboxes is allowed. */ allowWrite: boolean }): Promise<ToolAnswer> {
  const asked = await toolNamed(name);
  const isRepository = asked.target === 'repository';
  if (asked.target === 'sandbox') return inSandbox(context, asked, { given, repo, allowWrite });
  const { input, target, limit } = toolInput(asked, given, { mayHaveTarget: (isRepository ? repo : profile) === undefined, ...(repo === undefined || isRepository ? {} : { repo: resolve(context.cwd, repo) }) });
  const at = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(context.cwd, path));
  const targets: Targets = isRepository ? { repository: at(repo ?? target ?? '.') } : { profile: at(profile ?? target) };
  const found = await answer(asked, targets, input, { home: context.home, cwd: context.cwd, watch: importWatch(context) });
  if (limit === null || found.abstained !== null) return found;
  return { ...found, rows: found.rows.slice(0, limit), more: found.more + Math.max(0, found.rows.length - limit) };
}

/** Ctrl-C ends the command or the sample that is under way. */
async function inSandbox(context: CliContext, asked: Tool, { given, repo, allowWrite }: { given: readonly string[]; repo: string | undefined; allowWrite: boolean }): Promise<ToolAnswer> {
  const { input } = toolInput(asked, given, { mayHaveTarget: false, ...(repo === undefined ? {} : { repo: resolve(context.cwd, repo) }) });
  const { signal, release } = detachOnSignals();
  try {
    const desk = allowWrite ? { desk: await (await import('../sandboxes.js')).openDesk(context) } : {};
    return await answer(asked, {}, input, { home: context.home, cwd: context.cwd, signal, ...desk });
  } finally {
    release();
  }
}
