import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { callHelpers, isSlowWay, outermost } from '../../javascript/helper-call.js';
import { bare, methodCall } from '../../javascript/syntax.js';
import { lineOf, operatorOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe } from '../recipe.js';

export const startsWith: JavaScriptRecipe = {
  family: 'javascript',
  name: 'starts-with',
  languages: ['javascript', 'typescript'],
  category: 'repeated-work',
  title: 'Look only at the beginning of a string (`s.startsWith(p)`) instead of searching all of it (`s.indexOf(p) === 0`)',
  evidence: { findings: hostWork, text: 'Time in `indexOf` of strings.' },
  condition: 'For two strings both say the same. At run time everything else, an array above all, is searched as before.',
  risk: 'The message of the TypeError for a value without `indexOf` may name another variable.',
  expected: 'From the length of the string to that of the prefix, where the prefix is not there.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/String/startsWith'],
  apply(fn) {
    const found = fn.owned('binary_expression').flatMap((node) => {
      const test = prefixTest(node);
      return test === null || isSlowWay(node) ? [] : [{ node, ...test }];
    });
    const [first] = outermost(found.map((test) => ({ node: test.node, text: '' })));
    if (first === undefined) return [];
    const name = fn.names.fresh('startsWith');
    const replacements = found.map(({ node, text, prefix, negated }) => ({ node, text: `${negated ? '!' : ''}${name}(${text}, ${prefix})` }));
    return [{ title: 'compare the beginning of a string', line: lineOf(first.node), edits: callHelpers(fn, replacements, helperText(fn, name)) }];
  },
};

/** `text.indexOf(prefix) === 0` and `!== 0`, either way round. */
function prefixTest(node: SgNode): { text: string; prefix: string; negated: boolean } | null {
  const operator = operatorOf(node);
  if (!['===', '==', '!==', '!='].includes(operator)) return null;
  const sides = [node.field('left'), node.field('right')].map((side) => (side === null ? null : bare(side)));
  const call = methodCall(sides.find((side) => side?.kind() === 'call_expression') ?? null);
  const prefix = call?.args[0];
  if (call?.method !== 'indexOf' || call.args.length !== 1 || call.optional || prefix === undefined || prefix.kind() === 'spread_element') return null;
  if (!sides.some((side) => side?.kind() === 'number' && side.text() === '0')) return null;
  if (['array', 'this', 'super'].includes(String(call.receiver.kind()))) return null;
  return { text: call.receiver.text(), prefix: prefix.text(), negated: operator.startsWith('!') };
}

function helperText(fn: JsFunction, name: string): string {
  const signature = fn.typed ? `${name}(text: any, prefix: any): boolean` : `${name}(text, prefix)`;
  return `function ${signature} {
  if (typeof text !== 'string' || typeof prefix !== 'string') return text.indexOf(prefix) === 0;
  return text.startsWith(prefix);
}`;
}
