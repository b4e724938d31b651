import type { SgNode } from '@ast-grep/napi';
import type { CppFunction } from '../../cpp/function.js';
import { nameCall, onlyDeclarator } from '../../cpp/syntax.js';
import { argumentsOf, isNumber } from '../../cpp/types.js';
import { isPrivate } from '../../cpp/uses.js';
import { refusal } from '../../native/refusal.js';
import { linesBefore, replaced } from '../../native/lines.js';
import { lineOf, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppHoistContainer: CppRecipe = {
  family: 'cpp',
  name: 'cpp-hoist-container',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Keep the memory of a vector or string from one round of a loop to the next',
  evidence: { findings: hostWork, text: '`operator new` and `free` below the function.' },
  condition: 'The variable is a string, or a vector of strings or numbers, that is declared empty in the body of the loop. Nothing else refers to it and it is not moved from, so emptying it at the place of its declaration is the same as a new one. Nothing asks for its capacity.',
  risk: 'The memory of the largest round is kept until the loop ends.',
  expected: 'One allocation and release a round, 20 to 100 nanoseconds each.',
  references: ['https://en.cppreference.com/w/cpp/container/vector/clear'],
  apply(fn) {
    return fn.owned('declaration').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: CppFunction, node: SgNode): Answer | null {
  const declarator = onlyDeclarator(node);
  const [loop] = fn.loopsAround(node);
  if (declarator?.kind() !== 'identifier' || loop === undefined || !fn.isBlock(loop.parent()) || !same(node.parent(), loop.field('body'))) return null;
  const name = declarator.text();
  const binding = fn.binding(name);
  if (binding === null || binding.isConst || binding.isStatic || !isKept(binding.type)) return null;
  if (!isPrivate(fn, name)) return refusal(node, `something else may come to refer to \`${name}\` and outlive the round.`);
  const uses = fn.uses(name).filter((use) => !same(use, declarator));
  // A name in the head of the loop, or after it, would mean something else.
  if (uses.length === 0) return null;
  if (!uses.every((use) => within(use, loop.field('body') ?? loop) && startOf(use) > startOf(declarator))) return refusal(node, `the name \`${name}\` means something else outside of the loop.`);
  if (uses.some((use) => isMovedOrMeasured(use))) return refusal(node, `the memory of \`${name}\` is moved away or measured.`);
  return { title: `keep the memory of \`${name}\` between rounds`, line: lineOf(node), edits: [linesBefore(fn.source, loop, node.text()), replaced(node, `${name}.clear();`)] };
}

function isKept(type: string): boolean {
  const [element] = argumentsOf(type, 'vector');
  return type === 'string' || (element !== undefined && element !== 'bool' && (isNumber(element) || element === 'string'));
}

function isMovedOrMeasured(use: SgNode): boolean {
  const parent = use.parent();
  if (parent?.kind() === 'return_statement') return true;
  const isMoved = parent?.kind() === 'argument_list' && ['std::move', 'move', 'std::forward', 'std::swap', 'swap'].includes(nameCall(parent.parent())?.name ?? '');
  return isMoved || (parent?.kind() === 'field_expression' && ['capacity', 'swap', 'shrink_to_fit', 'reserve'].includes(parent.field('field')?.text() ?? ''));
}
