import type { SgNode } from '@ast-grep/napi';
import { roleOf } from '../../javascript/bindings.js';
import type { JsFunction } from '../../javascript/function.js';
import { bare, isFunction, iterationCallOf, methodCall, parametersOf } from '../../javascript/syntax.js';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite, TextEdit } from '../recipe.js';
import { appendText, growthOfValue, mentions } from './append-in-place.js';
import { addedProperty, assignmentText, isPlainLiteral, propertyOf } from './assign-in-place.js';

export const reduceInPlace: JavaScriptRecipe = {
  family: 'javascript',
  name: 'reduce-in-place',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'Grow the accumulator of `reduce` instead of copying it in every iteration (`[...acc, x]`, `{ ...acc, [k]: v }`)',
  evidence: { findings: hostWork, text: 'An accumulator is copied once an iteration: time in the callback of `reduce` or the collector.' },
  condition:
    'The first value is a literal of the call, the callback returns the accumulator or a copy of it with something added in every case, and else only reads it, so no other reference to it exists. The key `__proto__`, which a copy defines and an assignment does not, still takes the copy.',
  risk: 'Objects with `Symbol.isConcatSpreadable` given to `concat` are appended as one element.',
  expected: 'From n^2 copied elements to n.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/reduce'],
  apply(fn) {
    if (!fn.isBuiltin('Array') || !fn.isBuiltin('Object')) return [];
    return fn.owned('call_expression').flatMap((call) => {
      const rewrite = rewriteReduce(fn, call);
      return rewrite === null ? [] : [rewrite];
    });
  },
};

function rewriteReduce(fn: JsFunction, call: SgNode): Rewrite | null {
  const found = methodCall(call);
  const [callback, first] = found?.args ?? [];
  if (found === null || !['reduce', 'reduceRight'].includes(found.method) || callback === undefined || first === undefined || !same(iterationCallOf(callback), call)) return null;
  const literal = bare(first);
  if (literal.kind() !== 'array' && !isPlainLiteral(literal)) return null;
  const acc = parametersOf(callback)[0]?.text();
  const results = resultsOf(callback);
  if (acc === undefined || results === null) return null;
  const edits: TextEdit[] = [];
  const copies: SgNode[] = [];
  for (const { node, place } of results) {
    if (node.kind() === 'identifier' && node.text() === acc) continue;
    // Beside a copy that may set the prototype, every copy must go through the check for it.
    if (results.some((other) => maySetPrototype(fn, acc, other.node)) && !maySetPrototype(fn, acc, node)) return null;
    const edit = inPlace(fn, acc, node, place, literal.kind() === 'array');
    if (edit === null) return null;
    edits.push(edit);
    copies.push(node);
  }
  if (edits.length === 0 || !onlyReads(callback, acc, results.map((result) => result.node))) return null;
  return { title: `grow \`${acc}\` in place`, line: lineOf(copies[0] ?? call), edits };
}

function maySetPrototype(fn: JsFunction, acc: string, node: SgNode): boolean {
  const added = addedProperty(fn, node, acc);
  return added !== null && added.byAssign && added.literalKey === null;
}

interface Result {
  node: SgNode;
  /** What can be replaced by statements: the arrow body, the return statement; null where only an expression fits. */
  place: SgNode | null;
}

/** Every expression whose value the callback may return; null when it may end without `return`. */
function resultsOf(callback: SgNode): Result[] | null {
  const body = callback.field('body');
  if (body === null) return null;
  if (body.kind() !== 'statement_block') return leaves(bare(body), body);
  if (parts(body).at(-1)?.kind() !== 'return_statement') return null;
  const returns = all(body, 'return_statement').filter((node) => same(ancestorWhere(node, isFunction), callback));
  if (returns.some((node) => ancestorWhere(node, (at) => at.kind() === 'try_statement', callback) !== null)) return null;
  const results: Result[] = [];
  for (const statement of returns) {
    const value = parts(statement)[0];
    if (value === undefined) return null;
    results.push(...leaves(bare(value), statement));
  }
  return results;
}

function leaves(node: SgNode, place: SgNode | null): Result[] {
  const consequence = node.kind() === 'ternary_expression' ? node.field('consequence') : null;
  const alternative = node.field('alternative');
  if (consequence === null || alternative === null) return [{ node, place }];
  return [...leaves(bare(consequence), null), ...leaves(bare(alternative), null)];
}

/** The edit that turns a copy with something added into the accumulator itself; null when the result is no such copy. */
function inPlace(fn: JsFunction, acc: string, node: SgNode, place: SgNode | null, isArray: boolean): TextEdit | null {
  const asBlock = (text: string): TextEdit | null => (place === null ? null : { start: startOf(place), end: endOf(place), text });
  if (!isArray) {
    const added = addedProperty(fn, node, acc);
    if (added === null) return null;
    if (added.literalKey === null || place !== null) return asBlock(assignmentText(fn, acc, added, (copy) => `return ${copy};`, `return ${acc};`));
    return { start: startOf(node), end: endOf(node), text: `(${propertyOf(acc, added.literalKey)} = ${added.value.text()}, ${acc})` };
  }
  const growth = growthOfValue(node, acc);
  if (growth === null) return null;
  if (growth.kind === 'elements') return { start: startOf(node), end: endOf(node), text: `(${acc}.push(${growth.values.map((value) => value.text()).join(', ')}), ${acc})` };
  if (mentions(growth.value, acc)) return null;
  return asBlock(`{ ${appendText(fn, acc, growth)} return ${acc}; }`);
}

/** Whether the callback does nothing with the accumulator but return it and read its elements at once. */
function onlyReads(callback: SgNode, acc: string, results: SgNode[]): boolean {
  let declared = 0;
  for (const id of all(callback, 'identifier', 'shorthand_property_identifier', 'shorthand_property_identifier_pattern')) {
    if (id.text() !== acc) continue;
    const role = roleOf(id);
    if (role === 'declare') declared++;
    else if (results.some((result) => same(result, id) || isCopied(id, result))) continue;
    else if (role !== 'read' && role !== 'test') return false;
    else if (!runsAtOnce(id, callback)) return false;
  }
  return declared === 1;
}

/** The `...acc`, `acc.concat` or `Object.assign({}, acc, …)` of the copy itself. */
function isCopied(id: SgNode, result: SgNode): boolean {
  const parent = id.parent();
  if (parent === null || !within(id, result)) return false;
  if (parent.kind() === 'spread_element') return same(parent.parent(), result);
  return (parent.kind() === 'member_expression' || parent.kind() === 'arguments') && same(parent.parent(), result);
}

function runsAtOnce(node: SgNode, callback: SgNode): boolean {
  for (let at = node.parent(); at !== null && !same(at, callback); at = at.parent()) {
    if (isFunction(at) && iterationCallOf(at) === null) return false;
  }
  return true;
}
