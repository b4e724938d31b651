import type { SgNode } from '@ast-grep/napi';
import { isAddressed, type GoFunction } from '../../go/function.js';
import { leaves } from '../../go/effects.js';
import { withImport } from '../../go/imports.js';
import { assignmentOf } from '../../go/syntax.js';
import { refusal } from '../../native/refusal.js';
import { linesAfter, linesBefore, replaced } from '../../native/lines.js';
import { all, lineOf, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { GoRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const goStringsBuilder: GoRecipe = {
  family: 'go',
  name: 'go-strings-builder',
  languages: ['go'],
  category: 'quadratic',
  title: 'Collect a string that grows in a loop in a `strings.Builder`',
  evidence: { findings: hostWork, text: '`runtime.concatstrings` and `runtime.memmove` below the function.' },
  condition:
    'The variable is a string of the function, and all that the loop does with it is `+=`. No closure knows it, it is no named result, its address is not taken, and the loop is left only by its end or its own `break`, so that what was collected is added before anything reads it.',
  risk: 'For a loop of one or two rounds the builder costs as much as it saves.',
  expected: 'From n^2 copied bytes to n; large from some hundred rounds.',
  references: ['https://pkg.go.dev/strings#Builder'],
  apply(fn) {
    const names = new Set(fn.owned('assignment_statement').flatMap((node) => additionIn(node)?.name ?? []));
    return [...names].flatMap((name) => rewrite(fn, name) ?? []);
  },
};

interface Addition {
  statement: SgNode;
  name: string;
  added: string;
  /** How often the statement names the variable. */
  uses: number;
}

/** `s += e` or `s = s + e`. */
function additionIn(statement: SgNode): Addition | null {
  const assignment = assignmentOf(statement);
  if (assignment === null) return null;
  const { name, operator, value } = assignment;
  if (operator === '+=') return { statement, name, added: value.text(), uses: 1 };
  const isSum = operator === '=' && value.kind() === 'binary_expression' && value.field('operator')?.text() === '+';
  const added = isSum && value.field('left')?.text() === name ? value.field('right') : null;
  return added === null ? null : { statement, name, added: added.text(), uses: 2 };
}

function rewrite(fn: GoFunction, name: string): Answer | null {
  const binding = fn.binding(name);
  if (binding?.type !== 'string') return null;
  const additions = fn.owned('assignment_statement').flatMap((node) => additionIn(node) ?? []).filter((addition) => addition.name === name);
  const loop = additions.flatMap(({ statement }) => fn.loopsAround(statement)).filter((at) => !within(binding.id, at)).sort((a, b) => startOf(a) - startOf(b))[0];
  const statement = loop === undefined ? null : fn.statementOf(loop);
  if (loop === undefined || statement === null) return null;
  if (!['var', 'short', 'parameter'].includes(binding.kind)) return refusal(loop, `\`${name}\` is a result with a name, which every \`return\` and \`defer\` sees.`);
  if (fn.uses(name).some((use) => fn.isDeferred(use) || isAddressed(use))) return refusal(loop, `a closure or a pointer may see \`${name}\` before the loop is done.`);
  if (leaves(fn, loop, 'return_statement', 'goto_statement') || all(loop, 'label_name').length > 0) return refusal(loop, `the loop may be left by \`return\`, \`goto\` or a label, before \`${name}\` is whole.`);
  const inside = additions.filter((addition) => within(addition.statement, loop));
  if (fn.usesIn(name, loop).length !== inside.reduce((sum, { uses }) => sum + uses, 0)) return refusal(loop, `the loop reads \`${name}\` while it grows.`);
  const imported = withImport(fn, 'strings');
  if (imported === null) return refusal(loop, 'the name `strings` means something else in this file.');
  const builder = fn.names.fresh(`${name}Builder`);
  return {
    title: `collect \`${name}\` in a builder`,
    line: lineOf(inside[0]?.statement ?? loop),
    edits: [
      ...imported,
      linesBefore(fn.source, statement, `var ${builder} strings.Builder`),
      ...inside.map((addition) => replaced(addition.statement, `${builder}.WriteString(${addition.added})`)),
      linesAfter(fn.source, statement, `${name} += ${builder}.String()`),
    ],
  };
}
