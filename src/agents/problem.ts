import { beginningOf, mostText } from '../core/agent/bounds.js';
import type { AgentConfig } from '../core/config/agents-schema.js';
import { formatDuration } from '../core/duration-text.js';
import type { CommandResult } from '../measure/command.js';

/** Two sandboxes inside each other do not work for root, or where the kernel forbids it. */
const noOwnSandbox = /bwrap: (?:setting up uid map|No permissions to create)|landlock.*(?:failed|not supported)/i;

/** How an agent ended, where that was not well, with what to do about it where that is known; empty where all is well. `said`: its own words. */
export function problemOfAgent(name: string, { kind, timeout, unsafe }: AgentConfig, result: CommandResult, said: string): string {
  if (result.timedOut) return `${name} was stopped after ${formatDuration(timeout)} (agents.${name}.timeout).`;
  if (kind === 'codex' && !unsafe && noOwnSandbox.test(`${result.stdout}\n${result.stderr}`)) return `The sandbox of ${name} itself does not work within perfloop's here: run perfloop as another user than root, or set \`unsafe = true\` for it; perfloop's sandbox stays.`;
  if (result.ok) return '';
  const how = result.signal === null ? `ended with exit code ${result.exitCode}` : `was ended by ${result.signal}`;
  const why = result.exitCode === 127 ? ' Is it installed, and on the PATH of the perfloop worker?' : '';
  return beginningOf(`${name} ${how}.${why}${said === '' ? '' : `\n${said}`}`, mostText);
}
