import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CliContext } from '../context.js';
import { analyze } from '../verbs/analyze.js';
import { profileSchema } from './questions.js';
import { register } from './register.js';

/** What the rules find in a profile. */
export function registerFindings(server: McpServer, context: CliContext): void {
  register(server, context, {
    name: 'analyze',
    description: 'What costs time in a profile, where in the repository, and what could be saved: findings by rule, each with its evidence, and the rules that could not judge.',
    input: z.object({ profile: profileSchema, repo: z.string().min(1).optional().describe('Folder of the profiled program\'s sources, in which findings are located.') }),
    writes: false,
    answer: async ({ profile, repo }) => (await analyze(context, { profile, inThread: true, ...(repo === undefined ? {} : { repo }) })).analysis,
  });
}
