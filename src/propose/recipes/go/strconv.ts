import type { SgNode } from '@ast-grep/napi';
import type { GoFunction } from '../../go/function.js';
import { isImported, withImport } from '../../go/imports.js';
import { callOf } from '../../go/syntax.js';
import { typeOfValue } from '../../go/types.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { all, lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { GoRecipe } from '../native-recipe.js';

export const goStrconv: GoRecipe = {
  family: 'go',
  name: 'go-strconv',
  languages: ['go'],
  category: 'repeated-work',
  title: 'Format one number by `strconv` instead of by `fmt.Sprintf`',
  evidence: { findings: hostWork, text: '`fmt.(*pp).doPrintf` or `fmt.Sprint` below the function.' },
  condition: 'The whole format is `%d` or `%v`, and the value is of a built-in integer type by its declaration, so that it has no method of its own for printing.',
  risk: 'None known.',
  expected: 'Three to five times faster a number.',
  references: ['https://pkg.go.dev/strconv#Itoa', 'https://pkg.go.dev/fmt#hdr-Printing'],
  apply(fn) {
    if (!isImported(fn, 'fmt')) return [];
    const calls = fn.owned('call_expression').flatMap((node) => numberOf(node) ?? []);
    const found = calls.flatMap(({ node, value }) => formatted(fn, node, value) ?? []);
    // `%v` and Sprint are for anything; `%d` for a number.
    const unknown = calls.filter(({ node, value }) => node.text().includes('"%d"') && typeOfValue(fn, value) === null).map(({ node, value }) => refusal(node, `the function does not declare the type of \`${value.text()}\`.`));
    const imported = withImport(fn, 'strconv');
    const [first] = found;
    // An import that nothing uses any more would not compile.
    const kept = all(fn.root, 'selector_expression').filter((node) => node.field('operand')?.text() === 'fmt').length > found.length;
    if (first === undefined) return unknown;
    if (imported === null || !kept) return [...unknown, refusal(first.node, imported === null ? 'the name `strconv` means something else in this file.' : '`fmt` would be imported for nothing, which does not compile.')];
    return [...unknown, { title: `format ${found.map(({ value }) => `\`${value}\``).join(', ')} by strconv`, line: lineOf(first.node), edits: [...imported, ...found.map(({ node, text }) => replaced(node, text))] }];
  },
};

/** The number in `fmt.Sprint(n)`, `fmt.Sprintf("%d", n)`. */
function numberOf(node: SgNode): { node: SgNode; value: SgNode } | null {
  const call = callOf(node);
  const args = call?.args ?? [];
  const value = call?.callee === 'fmt.Sprint' && args.length === 1 ? args[0] : call?.callee === 'fmt.Sprintf' && args.length === 2 && /^"%[dv]"$/.test(args[0]?.text() ?? '') ? args[1] : undefined;
  return value === undefined ? null : { node, value };
}

function formatted(fn: GoFunction, node: SgNode, value: SgNode): { node: SgNode; value: string; text: string } | null {
  const type = typeOfValue(fn, value);
  const text = value.text();
  if (type === null || fn.declares(type)) return null;
  if (type === 'int') return { node, value: text, text: `strconv.Itoa(${text})` };
  if (type === 'int64') return { node, value: text, text: `strconv.FormatInt(${text}, 10)` };
  if (['int8', 'int16', 'int32'].includes(type)) return { node, value: text, text: `strconv.FormatInt(int64(${text}), 10)` };
  if (type === 'uint64') return { node, value: text, text: `strconv.FormatUint(${text}, 10)` };
  return ['uint', 'uint8', 'uint16', 'uint32', 'byte'].includes(type) ? { node, value: text, text: `strconv.FormatUint(uint64(${text}), 10)` } : null;
}
