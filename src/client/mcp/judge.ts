import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { branchOf } from '../../workspace/result-branch.js';
import type { CliContext } from '../context.js';
import { isOver } from '../events.js';
import { outcomeOf } from '../outcome.js';
import { repositorySchema } from './questions.js';
import { register } from './register.js';
import { waitFor } from './wait.js';

const input = z.object({
  repo: repositorySchema,
  base: z.string().min(1).default('HEAD').describe('The revision that it is compared with.'),
  candidate: z.string().min(1).default('WORKTREE').describe('The revision of the change; WORKTREE is what is in the working tree.'),
  config: z.string().min(1).optional().describe('A perfloop.toml in place of the one of the base.'),
  min_gain: z.number().min(0).max(1).optional().describe('A gain up to this counts as none, such as 0.02.'),
  budget_s: z.number().min(10).optional().describe('It ends after so many seconds, inconclusive if need be.'),
  wait_s: z.number().min(0).max(3600).default(50).describe('How long this call waits for the verdict. Where it is not there by then, ask `run` for it later.'),
});

/** Commands of one's own are commands that run: they need the leave to write. */
const withCommands = input.extend({
  benchmark: z.string().min(1).optional().describe('A command to measure, in place of a config.'),
  test: z.string().min(1).optional().describe('A command that must pass on both sides.'),
  build: z.string().min(1).optional().describe('A command that builds each side.'),
  approval: z.enum(['never', 'risky']).optional().describe('risky: what has a flag is quarantined for a person; never: flags are warnings.'),
});

/** Starts a judgement in worktrees of perfloop's own, and gives the verdict, or the run's id where it takes longer than the call. */
export function registerJudge(server: McpServer, context: CliContext, allowWrite: boolean): void {
  register(server, context, {
    name: 'judge',
    description: 'Measures one change of a repository against its base, interleaved, and decides whether it is faster beyond noise and still correct. Runs the commands of the perfloop.toml of the base, in worktrees of its own. Takes seconds to minutes.',
    input: allowWrite ? withCommands : input,
    writes: true,
    async answer(given, call) {
      const { repo, base, candidate, config, min_gain: minGain, budget_s: budget, wait_s: wait, benchmark, test, build, approval } = given as z.output<typeof withCommands>;
      const flags = { ...(config === undefined ? {} : { config }), ...(minGain === undefined ? {} : { minGain }), ...(budget === undefined ? {} : { budgetMs: 1000 * budget }) };
      const commands = { ...(benchmark === undefined ? {} : { benchmark: [benchmark] }), ...(test === undefined ? {} : { test }), ...(build === undefined ? {} : { build }), ...(approval === undefined ? {} : { approval }) };
      const { judge } = await import('../verbs/judge.js');
      const { run } = await judge(context, { repo, base, candidate, ...flags, ...commands, detach: true });
      const status = await waitFor(context, run, 1000 * wait, call);
      const { json } = await outcomeOf(context, { run, status, detached: status === null || !isOver(status), branch: branchOf(run) });
      return json as object;
    },
  });
}
