import type { Config } from '../config/schema.js';
import type { AgentAttempt } from './attempt.js';

/** What the report says of agents that are allowed everything. */
export function unsafeWarnings({ agents }: Partial<Pick<Config, 'agents'>>): string[] {
  return Object.entries(agents ?? {}).filter(([, { unsafe }]) => unsafe).map(([name]) => `The agent ${name} works without confirmations and without a sandbox of its own, because the config says \`unsafe = true\`.`);
}

/** Why an attempt came to nothing. */
export function attemptWarnings({ agent, outcome, text, iterations }: AgentAttempt): string[] {
  const [first = ''] = text.split('\n');
  if (outcome === 'passed' || outcome === 'protected') return [];
  if (outcome === 'unchanged') return [`${agent} proposed nothing: ${first}`];
  return [`${agent} gave up after ${iterations === 1 ? 'one iteration' : `${iterations} iterations`}: ${first}`];
}
