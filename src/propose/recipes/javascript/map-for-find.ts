import type { SgNode } from '@ast-grep/napi';
import { runsAtOnce } from '../../javascript/array-guards.js';
import { isStableArray, isHarmless } from '../../javascript/effects.js';
import type { JsFunction } from '../../javascript/function.js';
import { notPlainArray } from '../../javascript/helper-call.js';
import { isFallback } from '../../javascript/membership.js';
import { declareBefore, declareInModule, regionsOf, type Region } from '../../javascript/regions.js';
import { isFunction, methodCall } from '../../javascript/syntax.js';
import { isTarget } from '../../javascript/bindings.js';
import { all, endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

/** In shorter arrays a search is as fast as a look-up. */
const smallest = 8;

export const mapForFind: JavaScriptRecipe = {
  family: 'javascript',
  name: 'map-for-find',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'Look an object up by its key in a Map instead of by `find`, `some` or `filter` in every iteration',
  evidence: { findings: hostWork, text: 'Time in `find`, `some` or `filter` of a loop, or in their callbacks.' },
  condition:
    'The callback compares one property of the element with a value that has nothing to do with the element, by `===`. The loop runs no code that is not known, does not change the array, and writes to no property of that name. The Map is made in front of the loop only if the value is a plain array of more than 8 objects and nothing else, and a callback that is the loop runs for an array; else the old search. It holds the first element of each key, or all in their order for `filter`, and leaves out NaN, which equals nothing.',
  risk: 'Making the Map costs more than it saves when the loop makes few searches. A property that is a getter is read once an element.',
  expected: 'From n*m to n+m; large for arrays of more than about 30 elements.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Map', 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Array/find'],
  apply(fn) {
    if (!fn.isBuiltin('Map') || !fn.isBuiltin('Array')) return [];
    const groups = new Map<string, { region: Region; searches: Search[] }>();
    for (const search of fn.owned('call_expression').flatMap((node) => searchOf(node) ?? [])) {
      const region = regionsOf(fn, search.node).findLast(({ statement }) => isLasting(fn, search, statement));
      if (region === undefined) continue;
      const key = `${search.list} ${search.key} ${search.method === 'filter'} ${startOf(region.statement)}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { region, searches: [search] });
      else group.searches.push(search);
    }
    return [...groups.values()].map(({ region, searches }) => rewrite(fn, region, searches));
  },
};

interface Search {
  node: SgNode;
  method: string;
  list: string;
  key: string;
  /** What the key is compared with. */
  value: string;
}

/** `list.find((item) => item.key === value)`; null for any other call. */
function searchOf(node: SgNode): Search | null {
  const call = methodCall(node);
  const callback = call?.args[0];
  if (call === null || callback === undefined || call.args.length !== 1 || call.optional || call.receiver.kind() !== 'identifier' || !['find', 'some', 'filter'].includes(call.method)) return null;
  const test = isFunction(callback) && !isFallback(node) ? comparisonOf(callback) : null;
  return test === null ? null : { node, method: call.method, list: call.receiver.text(), ...test };
}

function comparisonOf(callback: SgNode): { key: string; value: string } | null {
  const parameters = callback.field('parameter') ?? callback.field('parameters');
  const [parameter, ...more] = parameters === null ? [] : parameters.kind() === 'identifier' ? [parameters] : parts(parameters);
  const item = (parameter?.kind() === 'required_parameter' ? parameter.field('pattern') : parameter) ?? null;
  const test = valueOf(callback);
  if (item?.kind() !== 'identifier' || more.length > 0 || test?.kind() !== 'binary_expression' || test.field('operator')?.text() !== '===' || /^async\b/.test(callback.text())) return null;
  const [left, right] = [test.field('left'), test.field('right')];
  const onLeft = keyOf(left, item.text());
  const key = onLeft ?? keyOf(right, item.text());
  const value = onLeft === null ? left : right;
  if (key === null || value === null || !/^[\w$]+(?:\.[\w$]+)*$/.test(value.text()) || value.text().split('.')[0] === item.text() || value.kind() === 'number') return null;
  // In a function that is no arrow they are its own.
  if (callback.kind() !== 'arrow_function' && ['this', 'arguments'].includes(value.text().split('.')[0] ?? '')) return null;
  return { key, value: value.text() };
}

/** The expression that a callback gives: its body, or the one `return` in it. */
function valueOf(callback: SgNode): SgNode | null {
  const body = callback.field('body');
  if (body?.kind() !== 'statement_block') return callback.kind() === 'arrow_function' ? (body?.kind() === 'parenthesized_expression' ? (parts(body)[0] ?? null) : body) : null;
  const [only, ...more] = parts(body);
  return only?.kind() === 'return_statement' && more.length === 0 ? (parts(only)[0] ?? null) : null;
}

/** The `key` of `item.key`. */
function keyOf(node: SgNode | null, item: string): string | null {
  return node?.kind() === 'member_expression' && node.field('object')?.text() === item && !node.text().includes('?.') && node.field('property')?.kind() === 'property_identifier' ? (node.field('property')?.text() ?? null) : null;
}

/** Whether the array, and the keys of what is in it, stay as they are in the statement. */
function isLasting(fn: JsFunction, { list, key }: Search, statement: SgNode): boolean {
  if (!fn.declaredBefore(list, statement) || !isStableArray(fn, list, statement) || !isHarmless(fn, statement)) return false;
  const writes = all(statement, 'member_expression').some((node) => node.field('property')?.text() === key && isTarget(node));
  return !writes && !/\bObject\s*\.\s*(?:assign|defineProperty|defineProperties)\b/.test(statement.text());
}

function rewrite(fn: JsFunction, region: Region, searches: Search[]): Rewrite {
  const { list, key, method, node } = searches[0] as Search;
  const isGroup = method === 'filter';
  const [guard] = runsAtOnce(fn, region, list);
  const index = fn.names.fresh(`${list}By${key.charAt(0).toUpperCase()}${key.slice(1)}`);
  const helper = fn.names.fresh(`${isGroup ? 'group' : 'index'}By${key.charAt(0).toUpperCase()}${key.slice(1)}`);
  const made = `${helper}(${list})`;
  return {
    title: `find elements of \`${list}\` by \`${key}\` in a Map`,
    line: lineOf(node),
    edits: [
      ...declareBefore(fn, region, [`${fn.constant} ${index} = ${guard === undefined ? made : `${guard} ? ${made} : null`};`]),
      ...searches.map((search) => ({ start: startOf(search.node), end: endOf(search.node), text: `(${index} !== null ? ${lookup(search, index)} : ${search.node.text()})` })),
      ...declareInModule(fn, helperText(fn, helper, key, isGroup)),
    ],
  };
}

function lookup({ method, value }: Search, index: string): string {
  if (method === 'filter') return `(${index}.get(${value}) || []).slice()`;
  return `${index}.${method === 'find' ? 'get' : 'has'}(${value})`;
}

function helperText(fn: JsFunction, helper: string, key: string, isGroup: boolean): string {
  const [anything, result] = fn.typed ? [': any', ': Map<any, any> | null'] : ['', ''];
  const add = isGroup ? `if (key === key) {\n      if (index.has(key)) index.get(key).push(item);\n      else index.set(key, [item]);\n    }` : `if (key === key && !index.has(key)) index.set(key, item);`;
  return `function ${helper}(list${anything})${result} {
  if (${notPlainArray('list')} || list.length <= ${smallest}) return null;
  var index = new Map${fn.typed ? '<any, any>' : ''}();
  for (var i = 0; i < list.length; i++) {
    var item = list[i];
    if (typeof item !== 'object' || item === null) return null;
    var key = item.${key};
    ${add}
  }
  return index;
}
`;
}
