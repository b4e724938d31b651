import { knobSearchSchema, type KnobSearchConfig } from './knobs-schema.js';
import type { Problem } from './problems.js';
import type { Config } from './schema.js';
import { isTable, type Table } from './table.js';

/** How knobs are searched; null where the config does not ask for it, as in configs of earlier versions. */
export function knobSearchOf({ propose, knobs }: { propose: Pick<Config['propose'], 'knobs'>; knobs?: Config['knobs'] | undefined }): KnobSearchConfig | null {
  const search = propose.knobs ?? ((knobs ?? []).length > 0 ? knobSearchSchema.parse({}) : null);
  return search?.enabled === true ? search : null;
}

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
