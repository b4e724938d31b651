import { lineOf, same, within } from '../../source/tree.js';
import { isPointedAt, namesWait } from '../../torch/pointed.js';
import { rowsByElement, rowsByIndex } from '../../torch/row-reads.js';
import { indentOf, owned, statementOf } from '../../torch/statements.js';
import type { TorchRecipe } from '../recipe.js';

export const rowsAtOnce: TorchRecipe = {
  family: 'torch',
  name: 'rows-at-once',
  languages: ['python'],
  category: 'transfers',
  title: 'Copy a batch to the host once, before its rows are fetched one by one',
  evidence: { findings: ['C4', 'C3', 'C1'], text: 'Many small copies to the host, one for each row of a batch, for each of which the host waits.' },
  condition: 'The loop goes over rows, or elements, of a tensor that a model or a reduction gave, and does nothing with it but fetch them, compare them with each other, and look things up by them. Behind the loop the tensor is not used, or has its own name.',
  risk: 'Rows that are kept as arrays share the memory of their batch.',
  expected: 'All copies of a batch but one, and their waits.',
  references: ['https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization'],
  apply(program) {
    const { module, scope } = program;
    const found = owned(module, scope, 'for_statement')
      .filter((loop) => indentOf(module, loop) !== null)
      .flatMap((loop) => [...rowsByIndex(program, module, loop), rowsByElement(module, loop)].flatMap((rows) => (rows === null ? [] : [{ loop, rows }])));
    // Of loops in each other, a copy in front of the outermost is the fewest.
    const outer = found.filter((one) => !found.some((other) => other !== one && within(one.loop, other.loop) && !same(one.loop, other.loop) && one.rows.names.every((name) => other.rows.names.includes(name))));
    const pointed = outer.filter(({ rows, loop }) => [loop, ...rows.reads.map((read) => statementOf(read))].some((statement) => isPointedAt(program, statement)));
    if (pointed.length === 0 && /^C[34]/.test(program.finding.category) && namesWait(program)) return [];
    return (pointed.length > 0 ? pointed : outer).map(({ loop, rows }) => ({ title: `copy ${rows.names.map((name) => `\`${name}\``).join(', ')} to the host once, before the loop over rows`, line: lineOf(loop), edits: rows.edits }));
  },
};
