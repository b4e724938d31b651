import type { Problem } from './problems.js';
import { isTable, type Table } from './table.js';

/** What must hold between [[knobs]], and between them and the rest. */
export function knobProblems({ knobs, propose, commands, cases }: Table): Problem[] {
  const first = new Set<unknown>();
  const named = (Array.isArray(knobs) ? knobs : []).flatMap((knob: unknown, position): Problem[] => {
    if (!isTable(knob) || typeof knob['name'] !== 'string') return [];
    if (first.has(knob['name'])) return [{ path: ['knobs', position, 'name'], text: `two knobs are named ${JSON.stringify(knob['name'])}; each needs a name of its own` }];
    first.add(knob['name']);
    return [];
  });
  const search = isTable(propose) ? propose['knobs'] : undefined;
  if (!isTable(search) || search['results_changing'] !== true) return named;
  const isChecked = (isTable(commands) && commands['check'] !== undefined) || (Array.isArray(cases) && cases.length > 0);
  return isChecked ? named : [...named, { path: ['propose', 'knobs', 'results_changing'], text: 'results that may differ have to be compared: add `check` to [commands] (with a tolerance in [check]) or [[cases]], or leave this out' }];
}
