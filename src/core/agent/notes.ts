import type { Config } from '../config/schema.js';
import type { AgentAttempt } from './attempt.js';

/** What the report says of agents that are allowed everything. */
export function unsafeWarnings({ agents }: Partial<Pick<Config, 'agents'>>): string[] {
  return Object.entries(agents ?? {}).filter(([, { unsafe }]) => unsafe).map(([name]) => `The agent ${name} works without confirmations and without a sandbox of its own, because the config says \`unsafe = true\`.`);
}

/** Said once where a limit does not hold for an agent. */
export function unboundWarnings({ agent, usage }: AgentAttempt, { budget }: Partial<Pick<Config, 'budget'>>): string[] {
  if (budget?.money !== undefined && usage.usd === null) return [`The budget of $${budget.money} does not bound ${agent}: it does not say what it costs. Where it counts tokens, name its \`model\` in [agents.${agent}] for perfloop's price table.`];
  return [];
}

/** Why an attempt came to nothing. */
export function attemptWarnings({ agent, outcome, text, iterations, spent }: AgentAttempt): string[] {
  const [first = ''] = text.split('\n');
  if (spent === true && iterations > 0) return [`${agent} was not asked again after ${iterations === 1 ? 'one iteration' : `${iterations} iterations`}, since the budget of the run is used: ${first}`];
  if (outcome === 'passed' || outcome === 'edited' || outcome === 'protected') return [];
  if (outcome === 'unchanged' || iterations === 0) return [`${agent} proposed nothing: ${first}`];
  const after = iterations === 1 ? 'one iteration' : `${iterations} iterations`;
  return [`${agent} ${outcome === 'failed' ? 'broke off' : 'gave up'} after ${after}: ${first}`];
}
