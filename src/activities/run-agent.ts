import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { commandLine, ownEnvironment, readsPromptFile } from '../agents/command-line.js';
import { withCost } from '../agents/cost.js';
import { agentEnvironment, secretsOf } from '../agents/environment.js';
import { copyLogin } from '../agents/home.js';
import { readOutput } from '../agents/output.js';
import { problemOfAgent } from '../agents/problem.js';
import type { AgentConfig } from '../core/config/agents-schema.js';
import { namedVariables } from '../core/config/named-variables.js';
import { PerfloopError } from '../core/errors.js';
import type { AgentRun, AgentWork } from '../core/run/contracts.js';
import { redact } from '../measure/redactor.js';
import { runCommand } from '../measure/run-command.js';
import { seenHome } from '../measure/sandbox/sandbox.js';
import { redactorOf } from '../models/redact.js';
import { removeTree } from '../workspace/remove-tree.js';
import { homeOfWorktree, type OpenWorktree } from '../workspace/open-worktree.js';
import type { Attempt } from './activity.js';
import { commandRequest } from './command-request.js';
import type { Dependencies } from './dependencies.js';
import { logPath, tailOf } from './ground.js';

export interface RanAgent extends Omit<AgentRun, 'edit' | 'prompts'> {
  /** What it said at the end. */
  message: string;
}

interface What {
  worktree: OpenWorktree;
  prompt: string;
  /** Of its files in the folder of logs. */
  name: string;
}

const promptFile = 'perfloop-task.md';
const tailLines = 20;

/** Runs an agent in a worktree, in a home of its own. Also gives the keys that it was told, which must not get out. */
export async function runInWorktree(deps: Dependencies, work: AgentWork, { worktree, prompt, name }: What, attempt: Attempt): Promise<{ ran: RanAgent; secrets: string[] }> {
  const agent = agentNamed(work);
  attempt.report({ doing: 'agent' });
  // A link that an earlier try left there would be written through.
  const home = homeOfWorktree(deps.home, worktree.id);
  await removeTree(home);
  const spec = { run: '', cwd: '.', env: { ...ownEnvironment(agent), ...agent.env }, timeout: agent.timeout };
  const asked = await commandRequest(deps, `agent ${work.agent}`, spec, { scope: work, worktree, lock: null, who: 'proposing', besides: { readable: inTemporaryFolders(agent) } }, attempt);
  await mkdir(home, { recursive: true });
  const secrets = [...secretsOf(agent, asked.env), ...(await copyLogin(agent.login, deps.env['HOME'] ?? homedir(), home))];
  // A lesson or a log that holds a key tells it to nobody either.
  const told = redactorOf(deps.env, namedVariables(work.config)).text(redact(prompt, secrets));
  const kept = await deps.artifacts.put('text', told);
  await writeFile(await logPath(deps, work, `${name}.prompt.md`), told);
  if (readsPromptFile(agent)) {
    // The home holds links to what is in the user's.
    await rm(join(home, promptFile), { force: true });
    await writeFile(join(home, promptFile), told, { flag: 'wx' });
  }
  const logFile = await logPath(deps, work, `${name}.log`);
  const around = { allowed: allowedCommands(work), promptFile: join(asked.sandbox === undefined ? home : seenHome, promptFile) };
  const result = await runCommand({ ...asked, command: commandLine(agent, around), env: agentEnvironment(asked.env, agent, home), stdin: told, secrets: [...secrets, ...asked.secrets], logFile });
  if (result.cancelled) attempt.signal.throwIfAborted();
  const { message, usage, error } = readOutput(agent.kind, result.stdout);
  const problem = problemOfAgent(work.agent, agent, result, error ?? tailOf(result, tailLines));
  return { ran: { message, problem, prompt: kept, log: await deps.artifacts.put('log', await readFile(logFile)), usage: withCost(usage, agent), wallMs: Math.round(result.wallMs) }, secrets };
}

function agentNamed({ config, agent: name }: AgentWork): AgentConfig {
  const agent = config.agents[name];
  if (agent === undefined) throw new PerfloopError('PL_NO_SUCH_AGENT', `there is no agent ${name}`, { where: `agents.${name}` });
  return agent;
}

/** What an agent does to see whether its edit works. */
function allowedCommands({ config: { commands } }: AgentWork): string[] {
  return [commands.build, commands.test].flatMap((command) => (command === undefined ? [] : [command.run]));
}

/** The program itself may lie in a folder that a sandbox does not show. */
function inTemporaryFolders({ command = [] }: AgentConfig): string[] {
  return command.filter((word) => /^\/(tmp|var\/tmp|run)\/./.test(word));
}
