import type { SgNode } from '@ast-grep/napi';
import { isFunction, methodCall } from '../../javascript/syntax.js';
import { all, endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

const methods = new Set(['forEach', 'map', 'some', 'every', 'flatMap']);

export const keysForEntries: JavaScriptRecipe = {
  family: 'javascript',
  name: 'keys-for-entries',
  languages: ['javascript', 'typescript'],
  category: 'allocation',
  title: 'List only the keys or only the values of an object where the other half of `Object.entries` goes unused',
  evidence: { findings: hostWork, text: 'Time in `Object.entries`, or in the collector, of a function that uses keys or values alone.' },
  condition: 'The loop or callback names one half of each pair, and takes the other parameters of the callback not at all or only the position. Keys, values and their order are those of the pairs.',
  risk: 'Accessors are not called where only keys are used.',
  expected: 'Saves an array for each property.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Object/entries', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Object/values'],
  apply(fn) {
    if (!fn.isBuiltin('Object')) return [];
    return fn.owned('call_expression').flatMap((node) => {
      const call = methodCall(node);
      if (call?.receiver.text() !== 'Object' || call.method !== 'entries' || call.args.length !== 1 || call.optional || node.field('type_arguments') !== null) return [];
      const pair = pairOf(node);
      const half = pair === null ? null : halfOf(pair);
      return pair === null || half === null ? [] : [rewrite(node, pair, half)];
    });
  },
};

/** The pattern that takes each pair apart, in `for (const [k] of entries)` or `entries.forEach(([k]) => …)`. */
function pairOf(entries: SgNode): SgNode | null {
  const parent = entries.parent();
  if (parent?.kind() === 'for_in_statement') {
    const fits = parent.children().some((child) => child.kind() === 'of') && !parent.children().some((child) => child.kind() === 'await') && ['const', 'let'].includes(parent.field('kind')?.text() ?? '');
    return fits && parent.field('right')?.id() === entries.id() ? parent.field('left') : null;
  }
  const call = methodCall(parent?.parent() ?? null);
  const callback = call?.args[0];
  if (call === null || call.receiver.id() !== entries.id() || !methods.has(call.method) || call.optional || call.args.length !== 1 || callback === undefined || !isFunction(callback)) return null;
  const list = callback.field('parameters');
  const parameters = list === null ? [] : parts(list);
  const seesPairs = parameters.length > 2 || parameters.some((parameter) => parameter.kind() === 'rest_pattern' || parameter.text().startsWith('...')) || all(callback, 'identifier').some((id) => id.text() === 'arguments');
  const first = parameters[0];
  if (seesPairs || first === undefined) return null;
  if (first.kind() !== 'required_parameter') return first;
  // A type written for the pair would no longer fit.
  return first.field('type') === null && first.field('value') === null ? first.field('pattern') : null;
}

interface Half {
  method: 'keys' | 'values';
  name: SgNode;
}

/** The half that `[k]`, `[k, ]` or `[, v]` names. */
function halfOf(pair: SgNode): Half | null {
  if (pair.kind() !== 'array_pattern') return null;
  const [name, ...more] = parts(pair);
  if (name?.kind() !== 'identifier' || more.length > 0) return null;
  const shape = pair.text().replace(name.text(), 'x').replaceAll(/\s/g, '');
  if (shape === '[x]' || shape === '[x,]') return { method: 'keys', name };
  return shape === '[,x]' || shape === '[,x,]' ? { method: 'values', name } : null;
}

function rewrite(node: SgNode, pair: SgNode, { method, name }: Half): Rewrite {
  const property = node.field('function')?.field('property') as SgNode;
  return {
    title: `list the ${method} alone`,
    line: lineOf(node),
    edits: [
      { start: startOf(pair), end: endOf(pair), text: name.text() },
      { start: startOf(property), end: endOf(property), text: method },
    ],
  };
}
