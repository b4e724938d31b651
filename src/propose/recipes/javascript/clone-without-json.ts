import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { declareInModule } from '../../javascript/regions.js';
import { methodCall } from '../../javascript/syntax.js';
import { endOf, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

export const cloneWithoutJson: JavaScriptRecipe = {
  family: 'javascript',
  name: 'clone-without-json',
  languages: ['javascript', 'typescript'],
  category: 'allocation',
  title: 'Copy plain data by walking it instead of `JSON.parse(JSON.stringify(x))`',
  evidence: { findings: hostWork, text: 'Time in `JSON.parse` and `JSON.stringify` of one function.' },
  condition:
    'Plain objects, arrays, strings, booleans, null and finite numbers are copied as the round trip would (-0 becomes 0, `undefined` and functions vanish or become null); anything else, such as a Date, a `toJSON`, a class instance or a depth over 200, which a cycle reaches, still takes the round trip.',
  risk: 'A getter that returns something else each time is read in another order.',
  expected: 'Two to five times faster a copy.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/JSON/stringify', 'https://html.spec.whatwg.org/multipage/structured-data.html'],
  apply(fn) {
    if (!fn.isBuiltin('JSON') || !fn.isBuiltin('Array') || !fn.isBuiltin('Object')) return [];
    const trips = fn.owned('call_expression').flatMap((node) => {
      const value = roundTripped(node);
      return value === null ? [] : [{ node, value }];
    });
    return trips.length === 0 ? [] : [rewrite(fn, trips)];
  },
};

/** The `x` of `JSON.parse(JSON.stringify(x))`. */
function roundTripped(node: SgNode): SgNode | null {
  const outer = methodCall(node);
  if (outer?.receiver.text() !== 'JSON' || outer.method !== 'parse' || outer.args.length !== 1) return null;
  const inner = methodCall(outer.args[0] ?? null);
  if (inner?.receiver.text() !== 'JSON' || inner.method !== 'stringify' || inner.args.length !== 1) return null;
  const value = inner.args[0] ?? null;
  return value?.kind() === 'spread_element' ? null : value;
}

function rewrite(fn: JsFunction, trips: { node: SgNode; value: SgNode }[]): Rewrite {
  const helper = fn.names.fresh('cloneJson');
  const part = fn.names.fresh('cloneJsonPart');
  return {
    title: 'copy plain data without a JSON round trip',
    line: lineOf(trips[0]?.node as SgNode),
    edits: [
      ...trips.map(({ node, value }) => ({ start: startOf(node), end: endOf(node), text: `${helper}(${value.text()})` })),
      ...declareInModule(fn, helperText(helper, part, fn.typed)),
    ],
  };
}

/** `part` answers undefined for what JSON leaves out. The key is what a `toJSON` may ask for. */
function helperText(helper: string, part: string, typed: boolean): string {
  const any = typed ? ': any' : '';
  return `function ${helper}(value${any})${any} {
  var copy = typeof value === 'object' ? ${part}(value, '', 0) : undefined;
  if (copy !== undefined) return copy;
  var text = JSON.stringify(value);
  return JSON.parse(text);
}

function ${part}(value${any}, key${typed ? ': string' : ''}, depth${typed ? ': number' : ''})${any} {
  if (value === null) return null;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return value - value === 0 ? value + 0 : null;
    case 'object':
      if (depth >= 200 || typeof value.toJSON === 'function') break;
      if (Array.isArray(value)) {
        var list${typed ? ': any[]' : ''} = [];
        for (var i = 0, n = value.length; i < n; i++) {
          var element = ${part}(value[i], String(i), depth + 1);
          list.push(element === undefined ? null : element);
        }
        return list;
      }
      if (Object.getPrototypeOf(value) === Object.prototype) {
        var result${any} = {};
        for (var keys = Object.keys(value), j = 0; j < keys.length; j++) {
          var item = ${part}(value[keys[j]], keys[j], depth + 1);
          if (item === undefined) continue;
          if (keys[j] === '__proto__') Object.defineProperty(result, '__proto__', { value: item, writable: true, enumerable: true, configurable: true });
          else result[keys[j]] = item;
        }
        return result;
      }
  }
  var text = JSON.stringify({ [key]: value });
  return text === '{}' ? undefined : JSON.parse(text)[key];
}`;
}
