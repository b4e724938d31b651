import { z } from 'zod';
import { firstRows } from '../../profile/tools/tool.js';
import { groupBy } from '../../core/group-by.js';
import { bySchema, confidenceSchema, limitSchema, nameSchema, withinSchema } from '../inputs.js';
import { fullName } from '../outline/outline.js';
import { callSitesOf } from '../resolve/call-sites.js';
import { defineRepositoryTool } from '../tool.js';
import { callNotes, definitionPlaces, sitesWithin, whatIsNamed } from './support.js';

const row = z.object({
  file: z.string(),
  line: z.int(),
  column: z.int(),
  caller: z.string(),
  confidence: confidenceSchema,
  text: z.string(),
  by: bySchema,
});

export const callSiteTool = defineRepositoryTool({
  name: 'scanner_call_sites',
  aliases: ['call_sites'],
  summary: 'the lines that call a function',
  input: z.object({ name: nameSchema, within: withinSchema, limit: limitSchema }),
  row,
  facts: z.object({ calls: z.int(), exact: z.int(), definitions: z.array(z.string()) }),
  async run(tree, { name, within, limit }) {
    const definitions = whatIsNamed(tree, name);
    const sites = sitesWithin(tree, callSitesOf(tree, definitions, name), within);
    if (definitions.length === 0 && sites.length === 0) return { abstained: `nothing in the repository is called ${name}` };
    const rows = sites.map(({ file, line, column, callerName, confidence, text, by }) => ({ file, line, column, caller: callerName, confidence, text, by }));
    return { ...firstRows(rows, limit), facts: { calls: sites.length, exact: sites.filter(({ confidence }) => confidence === 'exact').length, definitions: definitionPlaces(definitions) }, notes: callNotes(tree, definitions) };
  },
});

const callerRow = z.object({
  caller: z.string(),
  file: z.string(),
  /** Where the caller begins; 1 for the code of a file outside of functions. */
  line: z.int(),
  calls: z.int(),
  /** The lines of the calls, the first ten. */
  at: z.array(z.int()),
  confidence: confidenceSchema,
  by: bySchema,
});

export const callers = defineRepositoryTool({
  name: 'scanner_callers',
  aliases: ['find_callers'],
  summary: 'the functions that call a function',
  input: z.object({ name: nameSchema, within: withinSchema, limit: limitSchema }),
  row: callerRow,
  facts: z.object({ callers: z.int(), calls: z.int(), definitions: z.array(z.string()) }),
  async run(tree, { name, within, limit }) {
    const definitions = whatIsNamed(tree, name);
    const sites = sitesWithin(tree, callSitesOf(tree, definitions, name), within);
    if (definitions.length === 0 && sites.length === 0) return { abstained: `nothing in the repository is called ${name}` };
    const groups = groupBy(sites, ({ file, caller }) => `${file}\0${caller?.start ?? ''}`);
    const rows = [...groups.values()].flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { callerName, file, caller, by } = first;
      const confidence = group.some((site) => site.confidence === 'exact') ? ('exact' as const) : ('name only' as const);
      return [{ caller: callerName, file, line: caller?.line ?? 1, calls: group.length, at: group.slice(0, 10).map(({ line }) => line), confidence, by }];
    });
    return { ...firstRows(rows, limit), facts: { callers: rows.length, calls: sites.length, definitions: definitionPlaces(definitions) }, notes: callNotes(tree, definitions) };
  },
});

const calleeRow = z.object({
  caller: z.string(),
  callee: z.string(),
  calls: z.int(),
  at: z.array(z.int()),
  /** Where it is defined, as far as that is in the repository: `file:line`. */
  defined: z.array(z.string()),
  confidence: z.enum(['exact', 'name only', 'outside']),
  by: bySchema,
});

export const callees = defineRepositoryTool({
  name: 'scanner_callees',
  aliases: ['callees', 'find_callees'],
  summary: 'what a function calls, and where that is defined',
  input: z.object({ name: nameSchema, outside: z.boolean().default(false).describe('Also what is defined outside of the repository.'), limit: limitSchema }),
  row: calleeRow,
  facts: z.object({ callees: z.int(), outside: z.int(), definitions: z.array(z.string()) }),
  async run(tree, { name, outside, limit }) {
    const { calleesOf } = await import('../resolve/callees.js');
    const definitions = whatIsNamed(tree, name);
    if (definitions.length === 0) return { abstained: `nothing in the repository is called ${name}` };
    const found = definitions.flatMap((one) => calleesOf(tree, one).map((callee) => ({ caller: fullName(one.symbol), ...callee, defined: definitionPlaces(callee.defined) })));
    const inside = found.filter(({ confidence }) => confidence !== 'outside');
    return { ...firstRows(outside ? found : inside, limit), facts: { callees: inside.length, outside: found.length - inside.length, definitions: definitionPlaces(definitions) }, notes: callNotes(tree, definitions) };
  },
});
