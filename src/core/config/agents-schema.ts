import { z } from 'zod';
import { durationMs } from './duration.js';
import { isFreeName, notFree } from './reserved-names.js';
import { environmentName, environmentValue, hostPath, shortText } from './values.js';

export const agentKinds = ['codex', 'claude', 'kiro-cli', 'command'] as const;

/** Flags and values by which known agents ask for no confirmation, or leave their own sandbox. */
const unsafeFlags = /^(--dangerously-.*|--allow-dangerously-.*|--yolo|--trust-all-tools|danger-full-access|bypassPermissions)$/;
/** An argument can be a setting (`-c sandbox_mode=danger-full-access`) or a command line of its own (`sh -c "…"`). */
const partsOf = (text: string): string[] => text.split(/[^\w-]+/);

const argument = z.string().max(10_000).refine((text) => !text.includes('\0'), 'must not hold a NUL character');
const longestMs = 86_400_000;

export const agentSchema = z
  .strictObject({
    kind: z.enum(agentKinds).default('command').describe('Which program it is: perfloop knows the command line of `codex`, `claude` and `kiro-cli`, and reads from their output what they used. `command`: any other program, named in `command`.'),
    command: z.array(argument).min(1).max(100).optional().describe('The program and its arguments, without a shell. It reads its task on stdin, edits the folder that it is started in, and ends; the last thing that it prints is the title of the change and why it helps. An argument `{prompt_file}` becomes the path of a file with the task. Required with `command`; elsewhere it replaces the whole command line.'),
    args: z.array(argument).max(100).default([]).describe('More arguments for the command line that perfloop makes.'),
    model: shortText(200).min(1).optional().describe('The model that `codex`, `claude` or `kiro-cli` is asked for. Default: its own.'),
    env: z.record(environmentName, environmentValue).default({}).describe('Its environment, besides what every command gets. A key is given as `$NAME`: its value is taken from the environment of perfloop, and is blacked out wherever the agent prints it.'),
    login: z.array(hostPath.refine((path) => path.startsWith('~/'), 'must start with `~/`: it is found at the same place in the home that the agent has')).max(20).default([]).describe('Files or folders of your home that it finds in its own, such as `~/.codex/auth.json`: copies, which are gone with it. It sees nothing else of your keys and settings.'),
    timeout: durationMs.refine((ms) => ms >= 1000 && ms <= longestMs, 'must be from 1s to 1d').meta({ title: 'duration' }).default(1_200_000).describe('One iteration is stopped after this long, with all its processes.'),
    max_iterations: z.int().min(1).max(20).default(3).describe('It may edit so often: where the build or the tests fail, it is told and edits again.'),
    tries: z.int().min(1).max(16).default(1).describe('So many attempts of it in a round, side by side, each in a worktree of its own.'),
    unsafe: z.boolean().default(false).describe('Lets it do everything without asking, and without a sandbox of its own (`--dangerously-bypass-approvals-and-sandbox`, `--dangerously-skip-permissions`, `-a`). The report says so. perfloop\'s sandbox stays where it works.'),
  })
  .superRefine(({ kind, command, args, model, unsafe }, context) => {
    if (kind === 'command' && command === undefined) context.addIssue({ code: 'custom', path: ['command'], message: 'is missing: name the program and its arguments, such as ["my-agent", "--edit"], or a `kind` that perfloop knows' });
    if (command !== undefined && model !== undefined) context.addIssue({ code: 'custom', path: ['model'], message: 'belongs into `command`, which is the whole command line' });
    const inCommand = (command ?? []).flatMap(partsOf);
    const isKiro = kind === 'kiro-cli' || inCommand.includes('kiro-cli');
    const flag = [...inCommand, ...args.flatMap(partsOf)].find((part) => unsafeFlags.test(part) || (isKiro && part === '-a'));
    if (flag !== undefined && !unsafe) context.addIssue({ code: 'custom', path: [inCommand.includes(flag) ? 'command' : 'args'], message: `\`${flag}\` switches off the agent's own safety; if you want that, also set \`unsafe = true\`` });
  });

/** By name; a name stands in file names and in the ids of workflows. */
export const agentsSchema = z
  .record(z.string().regex(/^[a-z][a-z0-9-]{0,29}$/, 'must start with a lower-case letter and hold at most 30 lower-case letters, digits or -').refine(isFreeName, notFree), agentSchema)
  .refine((agents) => Object.keys(agents).length <= 16, 'at most 16 agents')
  .default({});

export type AgentConfig = z.infer<typeof agentSchema>;
