import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { callHelpers, isSlowWay, outermost } from '../../javascript/helper-call.js';
import { isFunction, methodCall } from '../../javascript/syntax.js';
import { lineOf, parts } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe } from '../recipe.js';

export const arrayFromLength: JavaScriptRecipe = {
  family: 'javascript',
  name: 'array-from-length',
  languages: ['javascript', 'typescript'],
  category: 'allocation',
  title: 'Fill an array by a loop instead of `Array.from({ length: n }, (_, i) => …)`',
  evidence: { findings: hostWork, text: 'Time in `Array.from`.' },
  condition: 'The object has nothing but a length, so every element is undefined and the function is called with it and the position. At run time a length that is no whole number from 0 to 2^25, and a value that is no function, take the old way.',
  risk: 'None known.',
  expected: 'Two to ten times faster, but for what the function itself takes.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/from'],
  apply(fn) {
    if (!fn.isBuiltin('Array')) return [];
    const found = outermost(fn.owned('call_expression').flatMap((node) => {
      const args = argumentsOf(node);
      return args === null || isSlowWay(node) ? [] : [{ node, text: args }];
    }));
    const [first] = found;
    if (first === undefined) return [];
    const name = fn.names.fresh('arrayOfLength');
    return [{ title: 'fill the array by a loop', line: lineOf(first.node), edits: callHelpers(fn, found.map(({ node, text }) => ({ node, text: `${name}(${text})` })), helperText(fn, name)) }];
  },
};

/** The length and the function of `Array.from({ length: n }, make)`. */
function argumentsOf(node: SgNode): string | null {
  const call = methodCall(node);
  const [source, make] = call?.args ?? [];
  if (call?.receiver.text() !== 'Array' || call.method !== 'from' || call.args.length !== 2 || call.optional || source?.kind() !== 'object' || make === undefined || !isFunction(make)) return null;
  const [property, ...rest] = parts(source);
  if (property === undefined || rest.length > 0) return null;
  if (property.kind() === 'shorthand_property_identifier') return property.text() === 'length' ? `length, ${make.text()}` : null;
  if (property.kind() !== 'pair' || property.field('key')?.text() !== 'length') return null;
  return `${property.field('value')?.text() ?? ''}, ${make.text()}`;
}

function helperText(fn: JsFunction, name: string): string {
  const signature = fn.typed ? `${name}<T>(length: number, make: (element: undefined, i: number) => T): T[]` : `${name}(length, make)`;
  return `function ${signature} {
  if (typeof length !== 'number' || !(length >= 0 && length <= 33554432) || length % 1 !== 0 || typeof make !== 'function') return Array.from({ length: length }, make);
  ${fn.constant} list${fn.typed ? ': T[]' : ''} = [];
  for (${fn.variable} i = 0; i < length; i++) list.push(make(undefined, i));
  return list;
}`;
}
