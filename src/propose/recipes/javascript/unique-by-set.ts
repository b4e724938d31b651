import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { callHelpers, isSlowWay, notPlainArray, outermost } from '../../javascript/helper-call.js';
import { bare, isFunction, methodCall, parametersOf, resultOf } from '../../javascript/syntax.js';
import { lineOf, operatorOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe } from '../recipe.js';

export const uniqueBySet: JavaScriptRecipe = {
  family: 'javascript',
  name: 'unique-by-set',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'Drop repeated elements by a Set instead of `xs.filter((x, i) => xs.indexOf(x) === i)`',
  evidence: { findings: hostWork, text: 'Time in `indexOf` under `filter`.' },
  condition:
    'The callback does nothing but compare the position of its element. The first of equal elements stays, in order; holes and NaN, which `indexOf` never finds, are dropped as before. At run time only plain arrays of more than 16 elements are done the new way.',
  risk: 'The message of the TypeError for a value without `filter` may name another variable.',
  expected: 'From n^2 to n.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/indexOf', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Set'],
  apply(fn) {
    if (!fn.isBuiltin('Set') || !fn.isBuiltin('Array')) return [];
    const helper = 'uniqueOf';
    const found = outermost(fn.owned('call_expression').filter((node) => isUnique(node) && !isSlowWay(node)).map((node) => ({ node, text: methodCall(node)?.receiver.text() ?? '' })));
    const [first] = found;
    if (first === undefined) return [];
    const name = fn.names.fresh(helper);
    return [{ title: 'drop repeated elements by a Set', line: lineOf(first.node), edits: callHelpers(fn, found.map(({ node, text }) => ({ node, text: `${name}(${text})` })), helperText(fn, name)) }];
  },
};

function isUnique(node: SgNode): boolean {
  const call = methodCall(node);
  const callback = call?.args[0];
  if (call?.method !== 'filter' || call.args.length !== 1 || call.optional || callback === undefined || !isFunction(callback)) return false;
  const [element, place, array] = parametersOf(callback).map((parameter) => parameter?.text());
  const result = resultOf(callback);
  if (element === undefined || place === undefined || element === place || result?.kind() !== 'binary_expression' || !['===', '=='].includes(operatorOf(result))) return false;
  const sides = [result.field('left'), result.field('right')].map((side) => (side === null ? null : bare(side)));
  const search = methodCall(sides.find((side) => side?.kind() === 'call_expression') ?? null);
  if (search === null || search.optional || search.method !== 'indexOf' || search.args.length !== 1 || search.args[0]?.text() !== element) return false;
  const searched = search.receiver.text();
  // The name must mean the filtered array inside of the callback too.
  const isSame = searched === array || (call.receiver.kind() === 'identifier' && searched === call.receiver.text() && ![element, place, array].includes(searched));
  return isSame && ![element, place].includes(searched) && sides.some((side) => side?.kind() === 'identifier' && side.text() === place);
}

function helperText(fn: JsFunction, name: string): string {
  const signature = fn.typed ? `${name}<T>(list: readonly T[]): T[]` : `${name}(list)`;
  return `function ${signature} {
  if (${notPlainArray('list')} || list.length <= 16) return list.filter(function (element, i) { return list.indexOf(element) === i; });
  ${fn.constant} seen = new Set();
  ${fn.constant} unique${fn.typed ? ': T[]' : ''} = [];
  for (${fn.variable} i = 0; i < list.length; i++) {
    ${fn.constant} element = list[i]${fn.typed ? ' as T' : ''};
    if (element !== element || (element === undefined && !(i in list)) || seen.has(element)) continue;
    seen.add(element);
    unique.push(element);
  }
  return unique;
}`;
}
