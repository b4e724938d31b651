import type { SgNode } from '@ast-grep/napi';
import { isTarget } from '../../javascript/bindings.js';
import type { JsFunction } from '../../javascript/function.js';
import { callHelpers, isSlowWay, outermost } from '../../javascript/helper-call.js';
import { methodCall, stringValue } from '../../javascript/syntax.js';
import { lineOf, same } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

export const splitPart: JavaScriptRecipe = {
  family: 'javascript',
  name: 'split-part',
  languages: ['javascript', 'typescript'],
  category: 'allocation',
  title: 'Cut the first or last part out of a string (`s.split(",")[0]`, `s.split(".").pop()`) without splitting the rest',
  evidence: { findings: hostWork, text: 'Time in `split`, or in the collector, of a function that uses one part.' },
  condition: 'The separator is a literal: of any length for the first part, of one code unit for the last, where matches cannot overlap. At run time only strings are cut; everything else is split as before.',
  risk: 'The message of the TypeError for a value without `split` may name another variable.',
  expected: 'Two to ten times faster a call, more for long strings.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/String/split', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/String/slice'],
  apply(fn) {
    const found = fn.owned('subscript_expression', 'call_expression').flatMap((node) => {
      const part = partOf(node);
      return part === null || isSlowWay(node) ? [] : [{ node, ...part }];
    });
    const rewrites: Rewrite[] = [];
    for (const last of [false, true]) {
      const chosen = found.filter((part) => part.last === last);
      const [first] = outermost(chosen.map(({ node }) => ({ node, text: '' })));
      if (first === undefined) continue;
      const name = fn.names.fresh(last ? 'lastPart' : 'firstPart');
      const replacements = chosen.map(({ node, text, separator }) => ({ node, text: `${name}(${text}, ${separator})` }));
      rewrites.push({ title: `cut out the ${last ? 'last' : 'first'} part of a string`, line: lineOf(first.node), edits: callHelpers(fn, replacements, last ? lastText(fn, name) : firstText(fn, name)) });
    }
    return rewrites;
  },
};

/** The string and the separator of `s.split(",")[0]`, `s.split(",").shift()` or `s.split(",").pop()`. */
function partOf(node: SgNode): { text: string; separator: string; last: boolean } | null {
  const outer = methodCall(node);
  const index = node.kind() === 'subscript_expression' ? node.field('index')?.text() : undefined;
  const last = outer?.method === 'pop';
  if (outer === null ? index !== '0' || isTarget(node) || isCalled(node) || node.children().some((child) => child.kind() === 'optional_chain') : !['pop', 'shift'].includes(outer.method) || outer.args.length > 0 || outer.optional) return null;
  const call = methodCall(outer?.receiver ?? node.field('object'));
  const separator = call?.args[0];
  if (call?.method !== 'split' || call.args.length !== 1 || call.optional || separator === undefined || call.receiver.kind() === 'super') return null;
  const value = stringValue(separator);
  if (value === null || value === '' || (last && value.length !== 1)) return null;
  return { text: call.receiver.text(), separator: separator.text(), last };
}

function isCalled(node: SgNode): boolean {
  const parent = node.parent();
  return parent?.kind() === 'call_expression' && same(parent.field('function'), node);
}

function firstText(fn: JsFunction, name: string): string {
  return `function ${signature(fn, name)} {
  if (typeof text !== 'string') return text.split(separator)[0];
  ${fn.constant} end = text.indexOf(separator);
  return end === -1 ? text : text.slice(0, end);
}`;
}

function lastText(fn: JsFunction, name: string): string {
  return `function ${signature(fn, name)} {
  if (typeof text !== 'string') return text.split(separator).pop();
  return text.slice(text.lastIndexOf(separator) + 1);
}`;
}

function signature(fn: JsFunction, name: string): string {
  return fn.typed ? `${name}(text: any, separator: string): string` : `${name}(text, separator)`;
}
