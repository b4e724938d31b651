import { z } from 'zod';
import { confidenceSchema, limitSchema, nameSchema } from '../inputs.js';
import { tracePath } from '../resolve/trace.js';
import { defineRepositoryTool } from '../tool.js';
import { callNotes, definitionPlaces, whatIsNamed } from './support.js';

const row = z.object({
  /** 1 is the entry point. */
  step: z.int(),
  function: z.string(),
  file: z.string(),
  line: z.int(),
  /** The line of this function that calls the next one; null at the end. */
  callsAt: z.int().nullable(),
  confidence: confidenceSchema.nullable(),
});

export const trace = defineRepositoryTool({
  name: 'scanner_trace',
  aliases: ['trace', 'call_path'],
  summary: 'the shortest path of calls from an entry point, or a function, to a function',
  input: z.object({
    name: nameSchema,
    from: z.string().min(1).max(300).nullable().default(null).describe('The function that it begins with; by default an entry point, else code of a file outside of any function, else one that nobody calls.'),
    limit: limitSchema,
  }),
  row,
  facts: z.object({ found: z.boolean(), from: z.string().nullable(), definitions: z.array(z.string()), looked: z.int() }),
  async run(tree, { name, from, limit }) {
    const definitions = whatIsNamed(tree, name);
    const starts = from === null ? null : whatIsNamed(tree, from);
    const missing = definitions.length === 0 ? name : starts?.length === 0 ? from : null;
    if (missing !== null) return { abstained: `nothing in the repository is called ${missing}` };
    const { path, startsAt, looked, isCut } = tracePath(tree, definitions, starts);
    if (path === null) return { abstained: `no chain of calls leads ${from === null ? 'from the code of a file' : `from ${from}`} to ${name}, as far as calls can be seen (${looked} functions looked at)` };
    const rows = path.slice(0, limit).map((step, index) => ({ step: index + 1, function: step.name, file: step.file, line: step.line, callsAt: step.callsAt, confidence: step.confidence }));
    return {
      rows,
      more: path.length - rows.length,
      facts: { found: true, from: startsAt, definitions: definitionPlaces(definitions), looked },
      notes: [...(path.some(({ confidence }) => confidence === 'name only') ? ['A step marked "name only" may be another function of that name.'] : []), ...(isCut ? [`Only the nearest ${looked} functions were looked at.`] : []), ...callNotes(tree, definitions)],
    };
  },
});
