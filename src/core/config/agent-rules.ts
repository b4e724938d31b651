import { noSuchTable } from './no-such-table.js';
import type { Problem } from './problems.js';
import { isTable, type Table } from './table.js';

/** What writes the tasks of others needs to be there, and others to write for. */
export function orchestratorIsAnAgent({ propose, agents }: Table): Problem[] {
  const orchestrator = isTable(propose) ? propose['orchestrator'] : undefined;
  if (typeof orchestrator !== 'string') return [];
  const names = isTable(agents) ? Object.keys(agents) : [];
  const path = ['propose', 'orchestrator'];
  if (!names.includes(orchestrator)) return [{ path, text: noSuchTable('agents', orchestrator, names) }];
  return names.length > 1 ? [] : [{ path, text: 'is the only agent, and writes the tasks of others: add one that edits, or leave this out' }];
}
