import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { callHelpers, isSlowWay, notPlainArray } from '../../javascript/helper-call.js';
import { methodCall } from '../../javascript/syntax.js';
import { lineOf, parts } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

export const maxOfArray: JavaScriptRecipe = {
  family: 'javascript',
  name: 'max-of-array',
  languages: ['javascript', 'typescript'],
  category: 'allocation',
  title: 'Find the largest or smallest number of an array by a loop instead of one argument an element (`Math.max(...xs)`)',
  evidence: { findings: hostWork, text: 'Time in `Math.max` or `Math.min` of an array.' },
  condition: 'Two-argument `Math.max` over the elements gives what one call with all gives: NaN wins, 0 is larger than -0, and an empty array gives an infinity. Elements that are no numbers are converted in the same order. At run time only plain arrays take the loop.',
  risk: 'An array too long for the stack gives a result where it threw a RangeError. The message of the TypeError for a value that cannot be spread may name another variable.',
  expected: 'Several times faster for more than a few elements.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Math/max'],
  apply(fn) {
    if (!fn.isBuiltin('Math') || !fn.isBuiltin('Array')) return [];
    const found = fn.owned('call_expression').flatMap((node) => {
      const spread = extremeOf(node);
      return spread === null || isSlowWay(node) ? [] : [{ node, ...spread }];
    });
    const rewrites: Rewrite[] = [];
    for (const form of new Set(found.map((entry) => entry.form))) {
      const chosen = found.filter((entry) => entry.form === form);
      const [first] = chosen;
      if (first === undefined) continue;
      const name = fn.names.fresh(`${first.extreme}Of`);
      rewrites.push({
        title: `Math.${first.extreme} of an array by a loop`,
        line: lineOf(first.node),
        edits: callHelpers(fn, chosen.map(({ node, array }) => ({ node, text: `${name}(${array})` })), helperText(fn, name, first.extreme, form.replace('values', 'list'))),
      });
    }
    return rewrites;
  },
};

interface Extreme {
  extreme: string;
  array: string;
  /** The call as it was, of `values`. */
  form: string;
}

/** `Math.max(...xs)` and `Math.max.apply(Math, xs)`, which differ for what is no array. */
function extremeOf(node: SgNode): Extreme | null {
  const call = methodCall(node);
  if (call === null || call.optional) return null;
  const place = `${call.receiver.text()}.${call.method}`;
  const [first, second] = call.args;
  if (['Math.max', 'Math.min'].includes(place) && call.args.length === 1 && first?.kind() === 'spread_element') {
    const array = parts(first)[0];
    return array === undefined ? null : { extreme: call.method, array: array.text(), form: `${place}(...values)` };
  }
  const applied = /^Math\.(max|min)\.apply$/.exec(place)?.[1];
  if (applied === undefined || call.args.length !== 2 || second === undefined || second.kind() === 'spread_element' || !['Math', 'null', 'undefined', 'this'].includes(first?.text() ?? '')) return null;
  return { extreme: applied, array: second.text(), form: `${place}(null, values)` };
}

function helperText(fn: JsFunction, name: string, extreme: string, slow: string): string {
  const signature = fn.typed ? `${name}(list: any): number` : `${name}(list)`;
  return `function ${signature} {
  if (${notPlainArray('list')}) return ${slow};
  ${fn.variable} best = ${extreme === 'max' ? '-Infinity' : 'Infinity'};
  for (${fn.variable} i = 0; i < list.length; i++) best = Math.${extreme}(best, list[i]);
  return best;
}`;
}
