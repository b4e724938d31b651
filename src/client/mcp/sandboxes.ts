import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { answer } from '../../tools/answer.js';
import { sandboxTools } from '../../tools/sandbox/tools.js';
import type { CliContext } from '../context.js';
import { register } from './register.js';

const outputs = new Map(sandboxTools.map((tool) => [tool, z.object({ tool: z.string(), abstained: z.null(), rows: z.array(tool.row), more: z.int(), facts: tool.facts, notes: z.array(z.string()) })]));

/** Work on changes in worktrees of perfloop's own. Offered with --allow-write alone. */
export function registerSandboxes(server: McpServer, context: CliContext): void {
  for (const [tool, output] of outputs) {
    register(server, context, {
      name: tool.name,
      description: `${tool.summary.charAt(0).toUpperCase()}${tool.summary.slice(1)}. The repository itself is only read.`,
      input: tool.input as unknown as z.ZodObject,
      output,
      writes: true,
      async answer(input, { signal }) {
        const { openDesk } = await import('../sandboxes.js');
        return answer(tool, {}, input, { home: context.home, cwd: context.cwd, signal, desk: await openDesk(context) });
      },
    });
  }
}
