import { didYouMean } from '../did-you-mean.js';
import { noSuchTable, thereAre } from './no-such-table.js';
import type { Problem } from './problems.js';
import { isTable, type Table } from './table.js';

/** Agents and models that steps name must be there. A step of type `agent` that names none has one to choose from. */
export function namedInSteps(config: Table): Problem[] {
  const agents = namesOf(config['agents']);
  const orchestrator = isTable(config['propose']) ? config['propose']['orchestrator'] : undefined;
  const named: Named = { agents, working: agents.filter((name) => name !== orchestrator), models: namesOf(config['models']) };
  return everyStep(config['steps'], ['steps']).flatMap(({ step, path }) => [...ofAgentStep(step, [...path, 'agent'], named), ...ofDecideStep(step, [...path, 'explain'], named)]);
}

interface Named {
  agents: readonly string[];
  /** Those that edit. */
  working: readonly string[];
  models: readonly string[];
}

function ofAgentStep({ type, agent }: Table, path: readonly PropertyKey[], { agents, working }: Named): Problem[] {
  if (type !== 'agent') return [];
  if (typeof agent === 'string') return agents.includes(agent) ? [] : [{ path, text: noSuchTable('agents', agent, agents) }];
  if (agent !== undefined || working.length === 1) return [];
  return [{ path, text: working.length === 0 ? 'is missing, and there is no agent that it could be: describe one as [agents.NAME]' : `is missing: say which agent works; ${thereAre(working)}` }];
}

function ofDecideStep({ type, explain }: Table, path: readonly PropertyKey[], { agents, models }: Named): Problem[] {
  if (type !== 'decide' || typeof explain !== 'string') return [];
  const isAgent = agents.includes(explain);
  const isModel = models.includes(explain);
  if (isAgent && isModel) return [{ path, text: `is both [models.${explain}] and [agents.${explain}]: give one of them another name` }];
  if (isAgent || isModel) return [];
  const all = [...models, ...agents];
  const near = didYouMean(explain, all);
  return [{ path, text: `there is neither [models.${explain}] nor [agents.${explain}]${near}${near === '' ? ';' : ''} ${all.length === 0 ? 'add one of those tables' : thereAre(all)}` }];
}

function everyStep(steps: unknown, path: readonly PropertyKey[]): { step: Table; path: readonly PropertyKey[] }[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, position) => (isTable(step) ? [{ step, path: [...path, position] }, ...everyStep(step['steps'], [...path, position, 'steps'])] : []));
}

function namesOf(table: unknown): string[] {
  return isTable(table) ? Object.keys(table) : [];
}
