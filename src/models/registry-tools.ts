import type { Targets } from '../tools/answer.js';
import { answerInThread } from '../tools/in-thread.js';
import { toolGroups } from '../tools/registry.js';
import type { Tool, ToolAnswer } from '../tools/tool.js';
import type { Home } from '../store/home.js';
import type { DialogTool } from './dialog.js';
import { jsonSchemaOf } from './json-schema.js';

export interface Offered {
  targets: Targets;
  /** Questions to a GPU profile cost a request 20 descriptions: they are offered where it is about a GPU. */
  about: readonly ('GPU' | 'host')[];
  home: Home;
}

/** The tools of the registry as a model may call them: of the repository, and of the profile where there is one. */
export async function registryTools({ targets, about, home }: Offered): Promise<DialogTool[]> {
  const groups = await toolGroups();
  const ofProfile = targets.profile === undefined ? [] : [...about.flatMap((kind) => groups[kind]), ...groups['any profile']];
  const offered: readonly Tool[] = [...(targets.repository === undefined ? [] : groups.repository), ...ofProfile];
  // One that names another profile would read any file of the host.
  return offered.filter((tool) => !('otherProfile' in tool && tool.otherProfile !== undefined)).map((tool) => ({
    spec: { name: tool.name, description: `${tool.target === 'repository' ? 'Of the repository' : 'Of the profile'}: ${tool.summary}.`, input: jsonSchemaOf(tool.input) },
    run: async (input, signal) => answerText(await answerInThread({ tool: tool.name, targets, input, home }, signal)),
  }));
}

/** What a finding of this category asks the profile. */
export function aboutCategory(category: string): Offered['about'] {
  return /^C\d/.test(category) ? ['GPU'] : ['host'];
}

/** Names of the tools that ask a profile. */
export async function profileTools(): Promise<Set<string>> {
  const groups = await toolGroups();
  return new Set([...groups.GPU, ...groups.host, ...groups['any profile']].map(({ name }) => name));
}

/** A line for the facts, one for each row, and what the tool could not see. */
function answerText(answer: ToolAnswer): string {
  if (answer.abstained !== null) return `No answer: ${answer.abstained}`;
  const rows = answer.rows.map((row) => JSON.stringify(row));
  const more = answer.more === 0 ? [] : [`${answer.more} more rows were left out by the limit.`];
  return [JSON.stringify(answer.facts), ...rows, ...more, ...answer.notes].join('\n');
}
