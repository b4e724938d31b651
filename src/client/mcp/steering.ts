import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CliContext } from '../context.js';
import { repositorySchema } from './questions.js';
import { register } from './register.js';

const run = z.string().min(1).describe('The id of a run, such as r-k3v7.');
const comment = z.string().default('').describe('Why; kept with who and when.');

const steering = [
  ['pause', 'Lets the current trial of a run end, then waits.'],
  ['resume', 'Lets a paused run go on.'],
  ['stop', 'Ends a run after the current trial; what was accepted is kept and measured.'],
  ['cancel', 'Ends a run at once; what was accepted is kept.'],
] as const;

/** What starts work, and steers it. Offered with --allow-write, or to the role run, alone. What talks to Temporal is loaded when it is asked for: who reads a profile does not wait for it. */
export function registerSteering(server: McpServer, context: CliContext): void {
  register(server, context, {
    name: 'start_run',
    description: 'Starts a run on a repository by its perfloop.toml, and gives its id at once. The repository itself is never touched.',
    input: z.object({ repo: repositorySchema, config: z.string().min(1).optional(), rounds: z.int().min(1).optional(), approval: z.enum(['never', 'risky', 'each', 'final']).optional().describe('Whether a person decides.') }),
    writes: true,
    async answer({ repo, config, rounds, approval }) {
      const { run: startRun } = await import('../verbs/run.js');
      const { run: id, branch } = await startRun(context, { dir: repo, detach: true, ...(config === undefined ? {} : { config }), ...(rounds === undefined ? {} : { rounds }), ...(approval === undefined ? {} : { approval }) });
      return { run: id, branch };
    },
  });
  for (const [name, description] of steering) {
    register(server, context, {
      name,
      description,
      input: z.object({ run, comment }),
      writes: true,
      async answer({ run: text, comment: why }) {
        const { steer } = await import('../verbs/steer.js');
        return steer(context, text, name, why);
      },
    });
  }
  register(server, context, {
    name: 'budget',
    description: 'Gives a run that goes on another budget. One below what is used ends the run after the current trial; what was accepted is kept and measured.',
    input: z.object({
      run,
      trials: z.int().min(1).optional().describe('Trials at most, those that it had included.'),
      max_wall_s: z.number().positive().optional().describe('Wall time at most, from its beginning.'),
      rounds: z.int().min(1).optional().describe('Rounds at most.'),
      comment,
    }),
    writes: true,
    async answer({ run: text, trials, max_wall_s: wall, rounds, comment: why }) {
      const { budget } = await import('../verbs/budget.js');
      const changed = { ...(trials === undefined ? {} : { maxTrials: trials }), ...(wall === undefined ? {} : { maxWallMs: Math.round(1000 * wall) }), ...(rounds === undefined ? {} : { rounds }) };
      return budget(context, text, changed, why);
    },
  });
}

/** Decides for a person, or as one. Offered with --allow-write, or to the role approve, alone. */
export function registerDecisions(server: McpServer, context: CliContext): void {
  for (const name of ['approve', 'reject'] as const) {
    register(server, context, {
      name,
      description: name === 'approve' ? 'Approves what waits for a person: a candidate, the whole branch, or what a step of type approve asks.' : 'Turns down what waits for a person.',
      input: z.object({ run, candidate: z.string().min(1).describe('A trial such as r1-3, a candidate id, `final` for the whole branch, or the name of the step that asks.'), comment }),
      writes: true,
      async answer({ run: text, candidate, comment: why }) {
        const { decide } = await import('../verbs/decide.js');
        return decide(context, { run: text, candidate, approve: name === 'approve', comment: why });
      },
    });
  }
  // With the decisions: to give back what a person rolled back is to approve it.
  register(server, context, {
    name: 'rollback',
    description: 'Takes back what a run accepted: later runs of its fleet do not carry it on, and apply leaves it out. The repository is not touched: what was merged there stays.',
    input: z.object({ run, trials: z.array(z.string().min(1)).default([]).describe('Only these, such as r1-3; none: all that the run was the first to accept.'), undo: z.boolean().default(false).describe('Give it back.'), comment }),
    writes: true,
    async answer({ run: text, trials, undo, comment: why }) {
      const { rollBack } = await import('../verbs/rollback.js');
      return rollBack(context, { run: text, trials, undo, why });
    },
  });
}
