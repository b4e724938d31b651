import type { AgentConfig } from '../core/config/agents-schema.js';
import { shellWord } from '../core/shell-word.js';

/** What a command line depends on, besides the config of the agent. */
export interface Around {
  /** Commands of the target that an agent which asks may run unasked: build and tests. */
  allowed: readonly string[];
  /** Where it finds a file with its prompt. */
  promptFile: string;
}

/** Stands for that file in the arguments of a command. */
const promptPlace = '{prompt_file}';

/** The shell command of an agent; it reads its prompt on stdin. */
export function commandLine(agent: AgentConfig, around: Around): string {
  const argv = agent.command ?? preset(agent, around);
  return [...argv, ...(agent.command === undefined ? [] : agent.args)].map((word) => shellWord(word.replaceAll(promptPlace, around.promptFile))).join(' ');
}

/** Whether an argument names the file with the prompt. */
export function readsPromptFile({ command = [], args }: AgentConfig): boolean {
  return [...command, ...args].some((word) => word.includes(promptPlace));
}

/** Environment that keeps an agent from reporting home and updating itself; the config may say otherwise. */
export function ownEnvironment({ kind }: AgentConfig): Record<string, string> {
  return kind === 'claude' ? { DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' } : {};
}

/** The flags of codex-cli 0.169, Claude Code 2.1 and Kiro CLI 2: see docs/agents.md. */
function preset({ kind, model, args, unsafe }: AgentConfig, { allowed }: Around): string[] {
  const modelFlags = model === undefined ? [] : ['--model', model];
  switch (kind) {
    case 'command':
      throw new Error('an agent of the kind command has a command');
    case 'codex':
      return ['codex', 'exec', '--json', '--color', 'never', '--ephemeral', '--skip-git-repo-check', ...(unsafe ? ['--dangerously-bypass-approvals-and-sandbox'] : ['--sandbox', 'workspace-write']), ...modelFlags, ...args, '-'];
    case 'claude':
      return ['claude', '-p', '--output-format', 'stream-json', '--verbose', '--no-session-persistence', ...(unsafe ? ['--dangerously-skip-permissions'] : ['--permission-mode', 'acceptEdits', ...allowedTools(allowed)]), ...modelFlags, ...args];
    case 'kiro-cli':
      return ['kiro-cli', 'chat', '--no-interactive', unsafe ? '-a' : '--trust-tools=fs_read,fs_write', ...modelFlags, ...args];
  }
  return kind satisfies never;
}

/** A rule takes a whole command line; what its syntax cannot hold is left out. */
function allowedTools(commands: readonly string[]): string[] {
  const rules = commands.filter((command) => /^[^()*,:\n]+$/.test(command)).map((command) => `Bash(${command})`);
  return rules.length === 0 ? [] : ['--allowedTools', ...rules];
}
