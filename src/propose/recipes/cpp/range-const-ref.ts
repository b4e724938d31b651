import type { SgNode } from '@ast-grep/napi';
import { isHarmless } from '../../cpp/effects.js';
import type { CppFunction } from '../../cpp/function.js';
import { elementOf, isCostlyElement, plainType, typeOfPlace } from '../../cpp/types.js';
import { isPrivate, isReadOnly } from '../../cpp/uses.js';
import { refusal } from '../../native/refusal.js';
import { all, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppRangeConstRef: CppRecipe = {
  family: 'cpp',
  name: 'cpp-range-const-ref',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Go over a container by constant reference instead of copying each element',
  evidence: { findings: hostWork, text: 'Copy constructors, `operator new` and `free` below the function.' },
  condition:
    'The type of the elements is known from the declaration of the container, which may be a member of the class, and is one of the standard library that costs memory to copy, or a struct of nothing but such members. The loop only reads the variable and does not change the container; that nobody else changes it either is certain because it is a variable that nothing else refers to, or because the loop runs no code but what writes to other variables of the function, functions of the repository included as far as all of that name are such.',
  risk: 'None known.',
  expected: 'The cost of copying, which is most of a loop that does little else.',
  references: ['https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#es71-prefer-a-range-for-statement-to-a-for-statement-when-there-is-a-choice', 'https://en.cppreference.com/w/cpp/language/range-for'],
  apply(fn) {
    return fn.owned('for_range_loop').flatMap((loop) => rewrite(fn, loop) ?? []);
  },
};

function rewrite(fn: CppFunction, loop: SgNode): Answer | null {
  const declarator = loop.field('declarator');
  const over = loop.field('right');
  const type = loop.field('type');
  const body = loop.field('body');
  if (declarator === null || over === null || type === null || body === null || !['identifier', 'structured_binding_declarator'].includes(String(declarator.kind()))) return null;
  const element = elementOf(typeOfPlace(fn, over));
  if (element === null || !isCostlyElement(fn, element)) return null;
  // Of another type, such as a string made of each character array, it is a new object already.
  if (type.text() !== 'auto' && plainType(type.text(), fn.usesStd) !== element) return null;
  const names = declarator.kind() === 'identifier' ? [declarator] : all(declarator, 'identifier');
  if (!names.every((name) => fn.isOnlyDeclaration(name, loop) && isReadOnly(fn, name.text(), loop))) return refusal(loop, `the loop changes \`${declarator.text()}\`, or something may keep a reference to it.`);
  // Of a part, such as `lists.at(i)`, it is the variable that it is a part of.
  const root = all(over, 'identifier')[0]?.text() ?? '';
  if (!isReadOnly(fn, root, body) || !((over.kind() === 'identifier' && isPrivate(fn, root)) || isHarmless(fn, body))) return refusal(loop, `the loop may change \`${over.text()}\`: it does so itself, or runs code that is not known.`);
  const isConst = loop.children().some((child) => child.kind() === 'type_qualifier' && child.text() === 'const');
  const start = startOf(declarator);
  const edits = [{ start, end: start, text: '& ' }];
  if (fn.source[start - 1] === ' ') edits.unshift({ start: start - 1, end: start, text: '' });
  if (!isConst) edits.unshift({ start: startOf(type), end: startOf(type), text: 'const ' });
  return { title: `go over \`${over.text()}\` by reference`, line: lineOf(loop), edits };
}
