import { z } from 'zod';
import { callers, withoutCaller } from '../callers.js';
import { hotFrames } from '../hot-functions.js';
import { limitSchema } from '../gpu/support.js';
import { defineTool, firstRows } from '../tool.js';
import { matches, namedFrames } from './frames.js';
import { functionColumns, isCounted, rootSchema, withoutHostTime } from './support.js';

const input = z.object({
  pattern: z.string().min(1).max(500).describe('What the name or the file of the called function contains, in any letter case.'),
  root: rootSchema,
  limit: limitSchema,
});

const row = z.object({
  ...functionColumns,
  /** Null: of the time for which no caller is known, as of what stands first on its stack. */
  caller: z.string().nullable(),
  callerFile: z.string().nullable(),
  callerLine: z.int().nullable(),
  /** Of the function's total time, what passed when this one had called it. */
  ms: z.number(),
  /** The same by the function's total time, 0 to 1. */
  share: z.number(),
});

const facts = z.object({ functions: z.int(), /** How many of them nothing called. */ withoutCaller: z.int() });

/** More functions would be a list of the program. */
const mostFunctions = 50;

export const callersOf = defineTool({
  name: 'callers_of',
  aliases: ['callers'],
  summary: 'who called a function, by the time that passed in it on their behalf',
  needs: {},
  input,
  row,
  facts,
  run(db, { pattern, root, limit }) {
    const unknown = withoutHostTime(db);
    if (unknown !== null) return { abstained: unknown };
    const names = namedFrames(db, root);
    const order = new Map(hotFrames(db, { root: null, separate: true, onlyCallers: true }).map(({ frame, totalMs }) => [frame, totalMs]));
    const found = [...names].filter(([, frame]) => matches(frame, pattern)).sort(([a], [b]) => (order.get(b) ?? 0) - (order.get(a) ?? 0) || a - b);
    let uncalled = 0;
    const rows = found.slice(0, mostFunctions).flatMap(([frame, { function: name, file, line }]) => {
      const called = callers(db, { frame });
      if (called.length === 0) uncalled += 1;
      const rest = withoutCaller(db, { frame });
      const shares = called.map(({ caller, ms, share }): z.infer<typeof row> => {
        const by = names.get(caller);
        return { function: name, file, line, caller: by?.function ?? '', callerFile: by?.file ?? null, callerLine: by?.line ?? null, ms, share };
      });
      if (rest !== null) shares.push({ function: name, file, line, caller: null, callerFile: null, callerLine: null, ...rest });
      return shares.sort((a, b) => b.ms - a.ms);
    });
    const notes = found.length === 0 ? [`No function has "${pattern}" in its name or file.`] : [];
    if (found.length > mostFunctions) notes.push(`${found.length} functions match: these are the callers of the ${mostFunctions} with the most time.`);
    if (isCounted(db)) notes.push('The times of cProfile are wall times: waiting in the function counts.');
    return { ...firstRows(rows, limit), facts: { functions: found.length, withoutCaller: uncalled }, notes };
  },
});
