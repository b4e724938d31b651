import { resolve } from 'node:path';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { answerInThread } from '../../tools/in-thread.js';
import { tools } from '../../tools/registry.js';
import type { Tool } from '../../tools/tool.js';
import type { CliContext } from '../context.js';
import { register } from './register.js';

export const profileSchema = z.string().min(1).describe('File of the profile, of any kind that perfloop imports.');
export const repositorySchema = z.string().min(1).default('.').describe('Folder of the repository.');

/** Every tool of the registry, by the names that the command line has. */
export async function registerQuestions(server: McpServer, context: CliContext): Promise<void> {
  for (const tool of (await tools()).filter(({ target }) => target !== 'sandbox')) {
    const asksProfile = tool.target === 'profile';
    register(server, context, {
      name: tool.name,
      description: `${asksProfile ? 'Of a profile' : 'Of a repository'}: ${tool.summary}. A question that cannot be answered is told as \`abstained\`, with the reason.`,
      ...schemasOf(tool),
      writes: false,
      answer: ({ profile, repo, ...input }, { signal }) => {
        const at = (path: unknown): string | undefined => (typeof path === 'string' ? resolve(context.cwd, path) : undefined);
        return answerInThread({ tool: tool.name, targets: { profile: at(profile), repository: at(repo) }, input, home: context.home }, signal);
      },
    });
  }
}

const made = new WeakMap<Tool, { input: z.ZodObject; output: z.ZodObject }>();

/** The same objects for every server, so that they are made, and told to clients, at the cost of one. */
function schemasOf(tool: Tool): { input: z.ZodObject; output: z.ZodObject } {
  const there = made.get(tool);
  if (there !== undefined) return there;
  const schemas = { input: (tool.input as unknown as z.ZodObject).extend(tool.target === 'profile' ? { profile: profileSchema } : { repo: repositorySchema }), output: answerSchema(tool) };
  made.set(tool, schemas);
  return schemas;
}

/** Of an answer, or of an abstention, which has no rows. */
function answerSchema({ row, facts }: Tool): z.ZodObject {
  return z.object({ tool: z.string(), abstained: z.string().nullable(), rows: z.array(row).optional(), more: z.int().optional(), facts: facts.optional(), notes: z.array(z.string()).optional() });
}
