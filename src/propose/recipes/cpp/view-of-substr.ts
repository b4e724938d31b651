import type { SgNode } from '@ast-grep/napi';
import { isBelowSize } from '../../cpp/bounds.js';
import { isHarmless } from '../../cpp/effects.js';
import type { CppFunction } from '../../cpp/function.js';
import { withInclude } from '../../cpp/includes.js';
import { methodCall, onlyDeclarator } from '../../cpp/syntax.js';
import { isPrivate, isReadOnly } from '../../cpp/uses.js';
import { replaced } from '../../native/lines.js';
import { refusal } from '../../native/refusal.js';
import { endOf, lineOf, same, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

/** Methods that a view has with the same meaning and the same type of result. */
const shared = new Set(['size', 'length', 'empty', 'front', 'back', 'at', 'find', 'rfind', 'find_first_of', 'find_last_of', 'find_first_not_of', 'find_last_not_of', 'compare']);

export const cppViewOfSubstr: CppRecipe = {
  family: 'cpp',
  name: 'cpp-view-of-substr',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Look at a part of a string by `std::string_view` instead of copying it by `substr`',
  evidence: { findings: hostWork, text: '`std::string::substr`, `operator new` and `memcpy` below the function: parsers, readers of lines.' },
  condition: 'The part is a variable of its own that is only compared with texts, indexed before its end or asked by methods that a view has. In the rest of its block the string stays as it is: the function only reads it, and nothing else can reach it, or no code runs that is not known. `substr` of a view takes the same numbers and throws the same exception.',
  risk: 'Needs C++17. The text of that exception names another function.',
  expected: 'A copy a call, 10 to 50 nanoseconds.',
  references: ['https://en.cppreference.com/w/cpp/string/basic_string_view/substr'],
  apply(fn) {
    return fn.owned('declaration').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: CppFunction, node: SgNode): Answer | null {
  const declarator = onlyDeclarator(node);
  const name = declarator?.kind() === 'init_declarator' ? declarator.field('declarator') : null;
  const value = declarator?.field('value') ?? null;
  const call = methodCall(value);
  const type = node.field('type');
  if (name?.kind() !== 'identifier' || value === null || type === null || call?.method !== 'substr' || call.receiver.kind() !== 'identifier' || call.args.length === 0) return null;
  const whole = call.receiver.text();
  const binding = fn.binding(name.text());
  if (fn.typeOf(whole) !== 'string' || binding === null || binding.isStatic || !(binding.type === 'string' || type.text() === 'auto')) return null;
  const rest = fn.siblings(node).filter((statement) => startOf(statement) >= endOf(node));
  const uses = fn.uses(name.text()).filter((use) => !same(use, name));
  if (uses.length === 0) return null;
  if (!uses.every((use) => isSeen(fn, use))) return refusal(node, `\`${name.text()}\` is given to something that needs a string of its own, or may keep it.`);
  if (uses.some((use) => isIndexed(use) && !isBelowSize(fn, use.parent() ?? use, name.text()))) return refusal(node, `\`${name.text()}\` may be indexed at its end, where a string has a zero and a view has nothing.`);
  if (!rest.every((statement) => isReadOnly(fn, whole, statement))) return refusal(node, `\`${whole}\` changes while \`${name.text()}\` is used.`);
  if (!outlives(fn, whole, rest)) return refusal(node, `\`${whole}\` refers to a string that may be gone while \`${name.text()}\` is used.`);
  if (!isPrivate(fn, whole) && !rest.every((statement) => isHarmless(fn, statement))) return refusal(node, `other code may change \`${whole}\` while \`${name.text()}\` is used.`);
  const include = withInclude(fn, 'string_view');
  if (include === null) return null;
  const made = `std::string_view(${whole}).substr(${call.args.map((arg) => arg.text()).join(', ')})`;
  return { title: `look at a part of \`${whole}\` by a view`, line: lineOf(node), edits: [...include, ...(type.text() === 'auto' ? [] : [replaced(type, 'std::string_view')]), replaced(value, made)] };
}

/** Whether the string is there as long as the statements run: a value of the function, a parameter, or an element of a container that they only read. */
function outlives(fn: CppFunction, name: string, rest: readonly SgNode[]): boolean {
  const binding = fn.binding(name);
  if (binding === null || fn.isOwnValue(name) || binding.kind === 'parameter') return binding !== null;
  const over = binding.kind === 'range' ? binding.node.field('right') : null;
  return over?.kind() === 'identifier' && rest.every((statement) => isReadOnly(fn, over.text(), statement));
}

/** `part == "text"`, `part[i]`, `part.size()`: what means the same for a view. */
function isSeen(fn: CppFunction, use: SgNode): boolean {
  const parent = use.parent();
  if (parent === null || fn.isDeferred(use)) return false;
  if (parent.kind() === 'subscript_expression') return isIndexed(use) && parent.parent()?.kind() !== 'pointer_expression' && parent.parent()?.kind() !== 'assignment_expression' && parent.parent()?.kind() !== 'update_expression';
  if (parent.kind() === 'binary_expression') {
    const other = same(parent.field('left'), use) ? parent.field('right') : parent.field('left');
    const isText = other?.kind() === 'string_literal' || (other?.kind() === 'identifier' && fn.typeOf(other.text()) === 'string');
    return isText && ['==', '!=', '<', '<=', '>', '>='].includes(parent.field('operator')?.text() ?? '');
  }
  const call = methodCall(parent.parent());
  return parent.kind() === 'field_expression' && call !== null && same(call.receiver, use) && shared.has(call.method) && call.args.every((arg) => ['string_literal', 'char_literal', 'number_literal', 'identifier'].includes(String(arg.kind()))) && !isPointedAt(parent.parent());
}

/** `part[i]` */
function isIndexed(use: SgNode): boolean {
  return use.parent()?.kind() === 'subscript_expression' && same(use.parent()?.field('argument') ?? null, use);
}

/** `&part.front()`, or an assignment to it. */
function isPointedAt(call: SgNode | null): boolean {
  return ['pointer_expression', 'assignment_expression', 'update_expression', 'init_declarator'].includes(String(call?.parent()?.kind())) && ['front', 'back', 'at'].includes(methodCall(call)?.method ?? '');
}
