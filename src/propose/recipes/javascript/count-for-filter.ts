import type { SgNode } from '@ast-grep/napi';
import { isTarget } from '../../javascript/bindings.js';
import type { JsFunction } from '../../javascript/function.js';
import { callHelpers, isSlowWay, notPlainArray, outermost } from '../../javascript/helper-call.js';
import { isFunction, methodCall } from '../../javascript/syntax.js';
import { lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe } from '../recipe.js';

export const countForFilter: JavaScriptRecipe = {
  family: 'javascript',
  name: 'count-for-filter',
  languages: ['javascript', 'typescript'],
  category: 'allocation',
  title: 'Count the elements that pass a test instead of collecting them (`xs.filter(test).length`)',
  evidence: { findings: hostWork, text: 'Time in `filter`, or in the collector, of a function that wants a number.' },
  condition: 'The loop calls the function as `filter` does: for the elements there are, up to the length at the start, with element, position and array. At run time only plain arrays are counted; everything else is filtered as before.',
  risk: 'The message of the TypeError for a value without `filter` may name another variable.',
  expected: 'Saves an array a call.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/filter'],
  apply(fn) {
    if (!fn.isBuiltin('Array')) return [];
    const found = outermost(fn.owned('member_expression').flatMap((node) => {
      const args = argumentsOf(node);
      return args === null || isSlowWay(node) ? [] : [{ node, text: args }];
    }));
    const [first] = found;
    if (first === undefined) return [];
    const name = fn.names.fresh('countOf');
    return [{ title: 'count instead of filtering', line: lineOf(first.node), edits: callHelpers(fn, found.map(({ node, text }) => ({ node, text: `${name}(${text})` })), helperText(fn, name)) }];
  },
};

/** The array and the test of `xs.filter(test).length`. */
function argumentsOf(node: SgNode): string | null {
  const call = methodCall(node.field('object'));
  const test = call?.args[0];
  if (node.field('property')?.text() !== 'length' || isTarget(node) || node.children().some((child) => child.kind() === 'optional_chain')) return null;
  if (call?.method !== 'filter' || call.args.length !== 1 || call.optional || test === undefined || !isFunction(test) || call.receiver.kind() === 'super') return null;
  return `${call.receiver.text()}, ${test.text()}`;
}

function helperText(fn: JsFunction, name: string): string {
  const signature = fn.typed ? `${name}<T>(list: readonly T[], test: (element: T, i: number, list: any) => unknown): number` : `${name}(list, test)`;
  return `function ${signature} {
  if (${notPlainArray('list')}) return list.filter(test).length;
  ${fn.variable} count = 0;
  for (${fn.variable} i = 0, n = list.length; i < n; i++) {
    ${fn.constant} element = list[i]${fn.typed ? ' as T' : ''};
    if ((element !== undefined || i in list) && test(element, i, list)) count++;
  }
  return count;
}`;
}
