import type { SgNode } from '@ast-grep/napi';
import { isHarmless } from '../../cpp/effects.js';
import type { CppFunction } from '../../cpp/function.js';
import { isCostly } from '../../cpp/types.js';
import { isReadOnly } from '../../cpp/uses.js';
import { refusal } from '../../native/refusal.js';
import { nativeNameOf } from '../../native/names.js';
import { all, ancestorWhere, lineOf, same, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer, TextEdit } from '../recipe.js';

export const cppConstRefParameter: CppRecipe = {
  family: 'cpp',
  name: 'cpp-const-ref-parameter',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Take a string or container that is only read by constant reference',
  evidence: { findings: hostWork, text: 'Copy constructors, `operator new` and `free` below the callers of the function.' },
  condition:
    'The function is known to its file only: it is `static`, in a namespace without a name, or a function of a file that includes no header of the program. It is only ever called, never taken the address of. It reads the parameter and does not return it, and runs no code but what writes to its own variables, so that nothing changes the argument meanwhile. Declarations in the file change with it.',
  risk: 'None known.',
  expected: 'The cost of a copy a call.',
  references: ['https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#f16-for-in-parameters-pass-cheaply-copied-types-by-value-and-others-by-reference-to-const'],
  apply(fn) {
    const body = fn.hot.field('body');
    const name = nativeNameOf(fn.hot);
    if (body === null || name === null) return [];
    const heads = all(fn.root, 'function_declarator').filter((head) => head.field('declarator')?.text() === name);
    const costly = parametersOf(fn.hot.field('declarator')).filter((parameter) => isTaken(fn, parameter, body));
    const [first] = costly;
    if (first === undefined) return [];
    if (!isInternal(fn.hot) && !isAlone(fn)) return [refusal(first, `code outside of this file may call \`${name}\`, or another class may override it.`)];
    if (!isOnlyCalled(fn, name)) return [refusal(first, `there is another \`${name}\`, its address is taken, or a caller moves something into it.`)];
    if (!isHarmless(fn, body)) return [refusal(first, `\`${name}\` writes through a pointer or reference, or runs code that is not known, which may change the argument meanwhile.`)];
    if (all(fn.root, 'template_declaration').some((node) => nativeNameOf(node.namedChildren().at(-1) ?? node) === name)) return [];
    return costly.flatMap((parameter) => rewrite(fn, parameter, heads) ?? []);
  },
};

/** Nothing outside of the file can call it. */
function isInternal(hot: SgNode): boolean {
  if (hot.field('declarator')?.kind() !== 'function_declarator' || hot.field('declarator')?.field('declarator')?.kind() !== 'identifier') return false;
  if (hot.children().some((child) => child.kind() === 'storage_class_specifier' && child.text() === 'static')) return hot.parent()?.kind() === 'translation_unit' || hot.parent()?.kind() === 'declaration_list';
  for (let at = hot.parent(); at !== null; at = at.parent()) if (at.kind() === 'namespace_definition' && at.field('name') === null) return true;
  return false;
}

/** A function of a file that shares no header of the program, so that no other file knows it. One that did, by a declaration of its own, would not link. */
function isAlone(fn: CppFunction): boolean {
  const isFree = fn.hot.field('declarator')?.kind() === 'function_declarator' && fn.hot.field('declarator')?.field('declarator')?.kind() === 'identifier' && !fn.hot.children().some((child) => child.text() === 'inline');
  const isShared = /#\s*include\s*"|\bextern\s+"C"|#\s*pragma\s+once|#\s*ifndef\s+\w+_H/.test(fn.source);
  return isFree && !isShared && ancestorWhere(fn.hot, (at) => ['class_specifier', 'struct_specifier'].includes(String(at.kind()))) === null;
}

/** Every place that names it is a call or its head, and there is one definition only, so that no other is chosen instead. */
function isOnlyCalled(fn: CppFunction, name: string): boolean {
  if (all(fn.root, 'function_definition').filter((node) => nativeNameOf(node) === name).length !== 1) return false;
  return all(fn.root, 'identifier').filter((id) => id.text() === name).every((id) => {
    const parent = id.parent();
    // What is moved into a parameter has to be gone from where it was.
    return parent?.kind() === 'function_declarator' || (parent?.kind() === 'call_expression' && same(parent.field('function'), id) && !/\bmove\s*\(/.test(parent.text()));
  });
}

function parametersOf(declarator: SgNode | null): SgNode[] {
  return declarator?.field('parameters')?.namedChildren().filter((child) => child.kind() === 'parameter_declaration') ?? [];
}

function isTaken(fn: CppFunction, parameter: SgNode, body: SgNode): boolean {
  const id = parameter.field('declarator');
  if (id?.kind() !== 'identifier') return false;
  const binding = fn.binding(id.text());
  if (binding === null || binding.indirection !== '' || !isCostly(binding.type) || !isReadOnly(fn, id.text(), body)) return false;
  return !fn.uses(id.text()).some((use) => use.parent()?.kind() === 'return_statement');
}

/** The parameter in the definition, and at the same place of each declaration. */
function rewrite(fn: CppFunction, parameter: SgNode, heads: readonly SgNode[]): Answer | null {
  const place = parametersOf(fn.hot.field('declarator')).findIndex((one) => same(one, parameter));
  const edits: TextEdit[] = [];
  for (const head of heads) {
    const one = parametersOf(head)[place];
    const type = one?.field('type');
    if (one === undefined || type === undefined || type === null || type.text() !== parameter.field('type')?.text() || parametersOf(head).length !== parametersOf(fn.hot.field('declarator')).length) return null;
    const end = type.range().end.index;
    if (!one.children().some((child) => child.kind() === 'type_qualifier' && child.text() === 'const')) edits.push({ start: startOf(type), end: startOf(type), text: 'const ' });
    edits.push({ start: end, end, text: '&' });
  }
  const name = parameter.field('declarator')?.text() ?? '';
  return { title: `take \`${name}\` by constant reference`, line: lineOf(parameter), edits };
}
