import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, endOf, same, startOf, within } from '../../source/tree.js';
import type { PyModule } from '../module.js';
import { statementOf } from '../statements.js';

/**
 * The assignment that gives a name the value that the identifier reads: its only one, or the last one before it where all
 * stand in the body of the scope itself, outside of branches and loops. Null for parameters, and where it is not known.
 */
export function assignmentBehind(module: PyModule, id: SgNode): SgNode | null {
  const scope = module.scopeOf(id);
  const assignments = assignmentsOf(module, scope, id.text());
  if (assignments === null) return null;
  if (assignments.length === 1) return assignments[0] ?? null;
  const body = same(scope, module.root) ? scope : scope.field('body');
  if (!assignments.every((one) => same(statementOf(one).parent(), body))) return null;
  return assignments.findLast((one) => endOf(one) <= startOf(id)) ?? null;
}

/** The identifiers that read the value of an assignment; null where it is not known which do. */
export function readsOf(module: PyModule, assignment: SgNode): SgNode[] | null {
  const left = assignment.field('left');
  if (left?.kind() !== 'identifier') return null;
  const scope = module.scopeOf(assignment);
  if (assignmentsOf(module, scope, left.text()) === null) return null;
  const uses = module.uses(scope, left.text()).filter(({ node, role }) => role !== 'write' && !isOfComprehension(node, left.text()));
  const behind = uses.map(({ node, deferred }) => ({ node, by: deferred ? null : assignmentBehind(module, node) }));
  return behind.some(({ by }) => by === null) ? null : behind.filter(({ by }) => same(by, assignment)).map(({ node }) => node);
}

/** All that give the name a value in the scope, where nothing but plain assignments does. */
function assignmentsOf(module: PyModule, scope: SgNode, name: string): SgNode[] | null {
  const uses = module.uses(scope, name).filter(({ node }) => !isOfComprehension(node, name));
  if (uses.some(({ role, deferred }) => role === 'declare' || role === 'foreign' || (role === 'write' && deferred))) return null;
  const writes = uses.filter(({ role }) => role === 'write').map(({ node }) => node);
  const assignments = writes.map((node) => node.parent()).filter((parent) => parent !== null);
  const isPlain = assignments.every((parent, i) => parent.kind() === 'assignment' && same(parent.field('left'), writes[i] ?? null) && parent.field('right') !== null && parent.field('right')?.kind() !== 'assignment' && parent.parent()?.kind() === 'expression_statement');
  return isPlain && writes.length > 0 ? assignments : null;
}

/** Whether a comprehension around the identifier gives the name a meaning of its own. */
export function isOfComprehension(id: SgNode, name: string): boolean {
  return comprehensionOf(id, name) !== null;
}

/** The comprehension or lambda that the name is of. What its first `for` goes over is computed outside of it. */
export function comprehensionOf(id: SgNode, name: string): SgNode | null {
  const isFirst = (at: SgNode): boolean => {
    const over = at.namedChildren().find((child) => child.kind() === 'for_in_clause')?.field('right') ?? null;
    return over !== null && within(id, over);
  };
  return ancestorWhere(id, (at) => /comprehension|generator_expression|^lambda$/.test(String(at.kind())) && bindsName(at, name) && !isFirst(at), statementOf(id));
}

function bindsName(comprehension: SgNode, name: string): boolean {
  const heads = comprehension.namedChildren().flatMap((child) => (child.kind() === 'for_in_clause' ? (child.field('left') ?? []) : child.kind() === 'lambda_parameters' ? [child] : []));
  return heads.some((head) => head.text() === name || head.findAll({ rule: { kind: 'identifier' } }).some((one) => one.text() === name));
}
