import { PerfloopError } from '../core/errors.js';
import { sandboxTools } from './sandbox/tools.js';
import type { Tool } from './tool.js';

/** What a tool is asked about; a reader finds it under this head. */
export type ToolGroup = 'GPU' | 'host' | 'any profile' | 'repository' | 'sandbox';

/** Every tool by what it is asked about, in the order in which a reader asks. Loaded when asked for, so that a question to a profile starts no parser. */
export async function toolGroups(): Promise<Record<ToolGroup, readonly Tool[]>> {
  const { gpuTools, hostTools, anyTools } = await import('../profile/tools/registry.js');
  const { repositoryTools } = await import('../scan/registry.js');
  return { GPU: gpuTools, host: hostTools, 'any profile': anyTools, repository: repositoryTools, sandbox: sandboxTools };
}

export async function tools(): Promise<readonly Tool[]> {
  return Object.values(await toolGroups()).flat();
}

/** By its name or one that users of other tools know. Throws PL_NO_SUCH_TOOL. */
export async function toolNamed(name: string): Promise<Tool> {
  const { profileTools } = await import('../profile/tools/registry.js');
  const has = (tool: Tool): boolean => tool.name === name || tool.aliases.includes(name);
  const found = profileTools.find(has) ?? (await tools()).find(has);
  if (found !== undefined) return found;
  throw new PerfloopError('PL_NO_SUCH_TOOL', `There is no tool ${name}.`, { where: name, fix: `Choose one of ${(await tools()).map((tool) => tool.name).join(', ')}; \`perfloop tool --list\` says what each answers.` });
}
