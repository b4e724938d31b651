import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { indentOf, regionsOf } from '../../javascript/regions.js';
import { bare, isLoop, methodCall } from '../../javascript/syntax.js';
import { privateKind } from '../../javascript/values.js';
import { ancestorWhere, all, endOf, lineOf, parts, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

export const pushAndReverse: JavaScriptRecipe = {
  family: 'javascript',
  name: 'push-and-reverse',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'Append and reverse once instead of `unshift` in every iteration',
  evidence: { findings: hostWork, text: 'Time in `unshift`, which moves every element.' },
  condition:
    'The array is made empty in this function, nothing else can refer to it, it is not used before the loop, and in the loop only by `unshift` of one value as a statement. The loop is not in a `try` and is left by no labelled jump, so the reversal after it always happens before anyone looks.',
  risk: 'Slower for arrays of a few elements, where `unshift` is cheap.',
  expected: 'From n^2 moved elements to n; large from some ten thousand elements.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/unshift'],
  apply(fn) {
    const calls = fn.owned('call_expression').filter((node) => methodCall(node)?.method === 'unshift' && methodCall(node)?.receiver.kind() === 'identifier');
    const names = new Set(calls.map((node) => methodCall(node)?.receiver.text() ?? ''));
    return [...names].flatMap((name) => {
      const rewrite = rewriteArray(fn, name, calls.filter((node) => methodCall(node)?.receiver.text() === name));
      return rewrite === null ? [] : [rewrite];
    });
  },
};

function rewriteArray(fn: JsFunction, name: string, calls: SgNode[]): Rewrite | null {
  const first = calls[0] as SgNode;
  const init = fn.binding(name)?.init ?? null;
  if (init === null || privateKind(fn, name) !== 'array' || bare(init).kind() !== 'array' || parts(bare(init)).length > 0) return null;
  const region = regionsOf(fn, first).findLast(({ statement }) => fn.declaredBefore(name, statement));
  if (region === undefined || !isLoop(region.loop) || startOf(region.statement) !== startOf(region.loop) || endOf(region.statement) !== endOf(region.loop)) return null;
  const loop = region.loop;
  const fits = calls.every((call) => {
    const args = methodCall(call)?.args ?? [];
    return within(call, loop) && args.length === 1 && args[0]?.kind() !== 'spread_element' && call.parent()?.kind() === 'expression_statement';
  });
  const onlyUses = fn.uses(name).every((use) => use.role === 'declare' || startOf(use.node) > endOf(loop) || calls.some((call) => startOf(call) === startOf(use.node)));
  if (!fits || !onlyUses || leavesByLabel(loop) || ancestorWhere(loop, (at) => at.kind() === 'try_statement', fn.scope) !== null) return null;
  const end = endOf(loop);
  return {
    title: `append to \`${name}\` and reverse it once`,
    line: lineOf(first),
    edits: [
      ...calls.map((call) => {
        const property = call.field('function')?.field('property') as SgNode;
        return { start: startOf(property), end: endOf(property), text: 'push' };
      }),
      // On a line of its own: the loop may end without a semicolon.
      { start: end, end, text: `\n${indentOf(fn.source, startOf(loop))}${name}.reverse();` },
    ],
  };
}

function leavesByLabel(loop: SgNode): boolean {
  return all(loop, 'break_statement', 'continue_statement').some((jump) => parts(jump).length > 0);
}
