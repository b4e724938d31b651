import type { JsFunction } from '../../javascript/function.js';
import { callHelpers, isSlowWay, outermost } from '../../javascript/helper-call.js';
import { membershipTests } from '../../javascript/membership.js';
import { isReadable, methodCall } from '../../javascript/syntax.js';
import { lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe } from '../recipe.js';

export const ownKey: JavaScriptRecipe = {
  family: 'javascript',
  name: 'own-key',
  languages: ['javascript', 'typescript'],
  category: 'repeated-work',
  title: 'Ask an object for one key instead of listing all of them (`Object.keys(o).includes(k)`)',
  evidence: { findings: hostWork, text: 'Time in `Object.keys` with `includes` or `indexOf`.' },
  condition: 'For a string, `propertyIsEnumerable` says whether it is among the own enumerable keys. At run time any other value, which is never in a list of strings, is searched as before. The value is a literal or read from a variable.',
  risk: 'A Proxy notices that it is asked another question.',
  expected: 'From the number of keys to one look-up.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Object/propertyIsEnumerable', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Object/keys'],
  apply(fn) {
    if (!fn.isBuiltin('Object')) return [];
    const found = membershipTests(fn).flatMap(({ node, array, value, present }) => {
      const keys = methodCall(array);
      const object = keys?.args[0];
      if (keys?.receiver.text() !== 'Object' || keys.method !== 'keys' || keys.args.length !== 1 || keys.optional || object === undefined) return [];
      if (object.kind() === 'spread_element' || !isReadable(value) || isSlowWay(node)) return [];
      return [{ node, text: `(${object.text()}, ${value.text()})`, present }];
    });
    const [first] = outermost(found);
    if (first === undefined) return [];
    const name = fn.names.fresh('hasOwnKey');
    const replacements = found.map(({ node, text, present }) => ({ node, text: `${present ? '' : '!'}${name}${text}` }));
    return [{ title: 'ask the object for the key', line: lineOf(first.node), edits: callHelpers(fn, replacements, helperText(fn, name)) }];
  },
};

function helperText(fn: JsFunction, name: string): string {
  const signature = fn.typed ? `${name}(object: any, key: unknown): boolean` : `${name}(object, key)`;
  return `function ${signature} {
  if (typeof key !== 'string') return Object.keys(object).indexOf(key${fn.typed ? ' as string' : ''}) !== -1;
  return Object.prototype.propertyIsEnumerable.call(object, key);
}`;
}
