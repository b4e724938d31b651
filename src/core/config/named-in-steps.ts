import { noSuchTable, thereAre } from './no-such-table.js';
import type { Problem } from './problems.js';
import { isTable, type Table } from './table.js';

/** Agents that steps name must be there. A step of type `agent` that names none has one to choose from. */
export function namedInSteps(config: Table): Problem[] {
  const agents = namesOf(config['agents']);
  const orchestrator = isTable(config['propose']) ? config['propose']['orchestrator'] : undefined;
  const working = agents.filter((name) => name !== orchestrator);
  return everyStep(config['steps'], ['steps']).flatMap(({ step, path }) => ofAgentStep(step, [...path, 'agent'], { agents, working }));
}

function ofAgentStep({ type, agent }: Table, path: readonly PropertyKey[], { agents, working }: { agents: readonly string[]; working: readonly string[] }): Problem[] {
  if (type !== 'agent') return [];
  if (typeof agent === 'string') return agents.includes(agent) ? [] : [{ path, text: noSuchTable('agents', agent, agents) }];
  if (agent !== undefined || working.length === 1) return [];
  return [{ path, text: working.length === 0 ? 'is missing, and there is no agent that it could be: describe one as [agents.NAME]' : `is missing: say which agent works; ${thereAre(working)}` }];
}

function everyStep(steps: unknown, path: readonly PropertyKey[]): { step: Table; path: readonly PropertyKey[] }[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, position) => (isTable(step) ? [{ step, path: [...path, position] }, ...everyStep(step['steps'], [...path, position, 'steps'])] : []));
}

function namesOf(table: unknown): string[] {
  return isTable(table) ? Object.keys(table) : [];
}
