import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, same, startOf, within } from '../../source/tree.js';
import { methodOf } from '../call.js';
import { isChanged } from '../constants.js';
import { changeOfPart } from '../part-changes.js';
import type { Located, TorchProgram } from '../program.js';
import { owned, statementOf } from '../statements.js';
import { fixedIn, type Fixed } from './fixed.js';
import { makesTensor } from './pure-calls.js';
import { readsOf } from './reaching.js';

/** An expression of a function that makes the same tensor on its device in each call. */
export interface FixedTensor {
  node: SgNode;
  fixed: Fixed;
  /** What the function calls it; null where it has no name. */
  name: string | null;
  /** Why it has to be a new one each time; null where it has not. */
  bar: string | null;
}

/** The largest such expressions of a function. */
export function fixedTensors(program: TorchProgram, { module, node: scope }: Located): FixedTensor[] {
  const known = new Map<number, Fixed | null>();
  const fixed = (node: SgNode): Fixed | null => {
    const found = known.get(node.id()) ?? fixedIn(program, { module, node });
    known.set(node.id(), found);
    return found;
  };
  const seeds = owned(module, scope, 'call').filter((call) => makesTensor(module.pathOf(call.field('function')) ?? '') || ['to', 'cuda'].includes(methodOf(call)?.method ?? '') || program.definitionOf(module, call.field('function')) !== null);
  const tops = seeds.flatMap((seed) => {
    const top = largest(seed, fixed);
    return top === null ? [] : behindNames(module, top, fixed, 0);
  });
  const apart = tops.filter((top, i) => tops.findIndex((other) => same(other, top)) === i && !tops.some((other) => !same(other, top) && within(top, other)));
  return apart.flatMap((node): FixedTensor[] => {
    const value = fixed(node);
    return value === null || !value.isTensor || value.devices.size !== 1 ? [] : [{ node, fixed: value, name: nameOf(node), bar: barOf(program, { module, node }, scope) }];
  });
}

const wrappers = new Set(['argument_list', 'keyword_argument', 'attribute', 'list', 'tuple', 'pair', 'parenthesized_expression', 'expression_list']);
const expressions = new Set(['call', 'binary_operator', 'unary_operator', 'comparison_operator', 'subscript', 'parenthesized_expression', 'attribute']);

/** The largest fixed expression around a node; null where the node itself is none. */
function largest(node: SgNode, fixed: (node: SgNode) => Fixed | null): SgNode | null {
  let best = fixed(node) === null ? null : node;
  for (let at = node.parent(); best !== null && at !== null; at = at.parent()) {
    const isWhole = expressions.has(String(at.kind())) && fixed(at)?.isTensor === true;
    if (isWhole) best = at;
    else if (!wrappers.has(String(at.kind()))) break;
  }
  return best?.kind() === 'parenthesized_expression' ? (best.namedChildren()[0] ?? best) : best;
}

/** What is computed of a name instead, where all that is done with the name is computing something fixed further. */
function behindNames(module: Located['module'], top: SgNode, fixed: (node: SgNode) => Fixed | null, depth: number): SgNode[] {
  const assignment = top.parent()?.kind() === 'assignment' ? top.parent() : null;
  const reads = assignment === null || depth > 8 ? null : readsOf(module, assignment);
  if (reads === null || reads.length === 0) return [top];
  const further = reads.map((read) => largest(read, fixed));
  if (!further.every((one, i) => one !== null && isComputed(one, reads[i] ?? one))) return [top];
  return further.flatMap((one) => (one === null ? [] : behindNames(module, one, fixed, depth + 1)));
}

/** Whether more is done with a value than looking at a part or view of it. */
function isComputed(whole: SgNode, read: SgNode): boolean {
  if (same(whole, read)) return false;
  return [whole, ...all(whole, 'call', 'binary_operator', 'unary_operator')].some((node) => ['binary_operator', 'unary_operator'].includes(String(node.kind())) ? within(read, node) : node.kind() === 'call' && within(read, node) && !['view', 'reshape', 'unsqueeze', 'squeeze', 'expand', 't', 'transpose', 'permute', 'flatten'].includes(methodOf(node)?.method ?? ''));
}

function nameOf(node: SgNode): string | null {
  const parent = node.parent();
  if (parent?.kind() === 'assignment' && parent.field('left')?.kind() === 'identifier') return parent.field('left')?.text() ?? null;
  return parent?.kind() === 'keyword_argument' ? (parent.field('name')?.text() ?? null) : null;
}

function barOf(program: TorchProgram, { module, node }: Located, scope: SgNode): string | null {
  const bar = `What \`${shortText(node)}\` makes is changed or handed out, so that it has to be new each time.`;
  const assignment = node.parent()?.kind() === 'assignment' ? node.parent() : null;
  const reads = assignment === null ? null : readsOf(module, assignment);
  if (reads === null) {
    if (isChanged(module, node)) return bar;
  } else {
    const uses = module.uses(module.scopeOf(node), assignment?.field('left')?.text() ?? '');
    const isUsedUp = (read: SgNode): boolean => uses.some((use) => same(use.node, read) && (use.deferred || ['mutate', 'return', 'declare', 'foreign'].includes(use.role))) || isChanged(module, read, 1);
    if (reads.length === 0 || reads.some(isUsedUp)) return bar;
  }
  if (ancestorWhere(node, (at) => at.kind() === 'augmented_assignment' && !within(node, at.field('right') ?? at)) !== null) return bar;
  return changeOfPart(program, { module, node }, scope) === null ? null : bar;
}

export function shortText(node: SgNode): string {
  const text = node.text().replaceAll(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Whether the code that makes it runs only under a condition, or in code that catches errors. */
export function isConditional(scope: SgNode, node: SgNode): boolean {
  return ancestorWhere(statementOf(node), (at) => ['if_statement', 'elif_clause', 'else_clause', 'try_statement', 'match_statement', 'except_clause'].includes(String(at.kind())), scope) !== null && startOf(node) > startOf(scope);
}
