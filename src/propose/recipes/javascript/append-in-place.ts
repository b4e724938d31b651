import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { regionsOf } from '../../javascript/regions.js';
import { bare, isFunction, methodCall } from '../../javascript/syntax.js';
import { isDense, privateKind } from '../../javascript/values.js';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

export const appendInPlace: JavaScriptRecipe = {
  family: 'javascript',
  name: 'append-in-place',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'Append to an array instead of copying it in every iteration (`a = a.concat(b)`, `a = [...a, b]`)',
  evidence: { findings: hostWork, text: 'An array is copied once an iteration: time in `concat`, spread or the collector.' },
  condition:
    'The array is made in this function and nothing else can refer to it before it is returned, so nobody can hold on to one of the copies. It is not being iterated over where it grows. Arrays, single values and holes are appended as `concat` does it.',
  risk: 'Objects with `Symbol.isConcatSpreadable` are appended as one element.',
  expected: 'From n^2 copied elements to n.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/push', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/concat'],
  apply(fn) {
    if (!fn.isBuiltin('Array')) return [];
    return fn.owned('assignment_expression').flatMap((assignment) => {
      const rewrite = rewriteAssignment(fn, assignment);
      return rewrite === null ? [] : [rewrite];
    });
  },
};

function rewriteAssignment(fn: JsFunction, assignment: SgNode): Rewrite | null {
  const statement = assignment.parent();
  const target = assignment.field('left');
  if (statement?.kind() !== 'expression_statement' || target?.kind() !== 'identifier') return null;
  const name = target.text();
  const grows = growthOf(assignment, name);
  if (grows === null || privateKind(fn, name) !== 'array') return null;
  if (!regionsOf(fn, assignment).some((region) => fn.declaredBefore(name, region.statement))) return null;
  if (isIteratedAround(fn, name, assignment) || ancestorWhere(assignment, (at) => at.kind() === 'try_statement', fn.scope) !== null) return null;
  return {
    title: `append to \`${name}\` in place`,
    line: lineOf(assignment),
    edits: [{ start: startOf(statement), end: endOf(statement), text: appendText(fn, name, grows) }],
  };
}

export type Growth = { kind: 'concat'; value: SgNode } | { kind: 'elements'; values: SgNode[] } | { kind: 'spread'; value: SgNode };

/** What `name = name.concat(x)`, `name = [...name, x, y]` or `name = [...name, ...xs]` appends; null for anything else. */
export function growthOf(assignment: SgNode, name: string): Growth | null {
  const right = assignment.field('right');
  return right === null ? null : growthOfValue(bare(right), name);
}

export function growthOfValue(value: SgNode, name: string): Growth | null {
  const call = methodCall(value);
  if (call !== null) {
    const only = call.args[0];
    const fits = call.receiver.text() === name && call.method === 'concat' && call.args.length === 1 && !call.optional;
    return fits && only !== undefined && only.kind() !== 'spread_element' ? { kind: 'concat', value: only } : null;
  }
  if (value.kind() !== 'array' || /,\s*,/.test(value.text())) return null;
  const [head, ...rest] = parts(value);
  if (head?.text() !== `...${name}` || rest.length === 0) return null;
  if (rest.every((element) => element.kind() !== 'spread_element')) return { kind: 'elements', values: rest };
  const spread = rest[0];
  const inner = spread === undefined ? undefined : parts(spread)[0];
  // Spreading the array into itself would go on for ever once it grows in place.
  return rest.length === 1 && inner !== undefined && !mentions(inner, name) ? { kind: 'spread', value: inner } : null;
}

export function mentions(node: SgNode, name: string): boolean {
  return all(node, 'identifier', 'shorthand_property_identifier').some((id) => id.text() === name);
}

/** Statements that append to the array what the growth says. */
export function appendText(fn: JsFunction, name: string, growth: Growth): string {
  if (growth.kind === 'elements') return `${name}.push(${growth.values.map((value) => value.text()).join(', ')});`;
  const { value } = growth;
  if (growth.kind === 'spread') {
    const element = fn.names.fresh('element');
    return `for (${fn.constant} ${element} of ${value.text()}) ${name}.push(${element});`;
  }
  const added = fn.names.fresh('added');
  const i = fn.names.fresh('i');
  const push = isDenseValue(fn, value) ? `${name}.push(${added}[${i}]);` : `{ if (${i} in ${added}) ${name}.push(${added}[${i}]); else ${name}.length++; }`;
  const n = fn.names.fresh('n');
  const loop = `for (${fn.variable} ${i} = 0, ${n} = ${added}.length; ${i} < ${n}; ${i}++) ${push}`;
  return `{ ${fn.constant} ${added} = ${value.text()}; if (Array.isArray(${added})) { ${loop} } else ${name}.push(${added}); }`;
}

function isDenseValue(fn: JsFunction, value: SgNode): boolean {
  if (value.kind() !== 'identifier') return isDense(fn, value);
  const name = value.text();
  const init = fn.binding(name)?.init ?? null;
  return init !== null && isDense(fn, init) && fn.uses(name).every((use) => use.role !== 'write' && use.role !== 'mutate' && use.role !== 'escape');
}

/** Whether a loop over the array itself contains the node: it would see what is appended. */
export function isIteratedAround(fn: JsFunction, name: string, node: SgNode): boolean {
  return fn.uses(name).some(({ node: use }) => {
    const loop = ancestorWhere(use, (at) => at.kind() === 'for_in_statement' || (at.kind() === 'call_expression' && methodCall(at)?.args.some(isFunction) === true), fn.scope);
    if (loop === null || !within(node, loop) || within(use, node)) return false;
    return loop.kind() === 'for_in_statement' ? within(use, loop.field('right') ?? loop) : same(methodCall(loop)?.receiver ?? null, use);
  });
}
