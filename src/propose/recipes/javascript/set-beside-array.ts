import type { SgNode } from '@ast-grep/napi';
import { isSearchedPlainly, runsAtOnce } from '../../javascript/array-guards.js';
import { isStableArray } from '../../javascript/effects.js';
import type { JsFunction } from '../../javascript/function.js';
import { membershipTests, type MembershipTest } from '../../javascript/membership.js';
import { declareBefore, regionsOf, type Region } from '../../javascript/regions.js';
import { isBlock, isPrimitiveLiteral, isSimple, methodCall } from '../../javascript/syntax.js';
import { privateKind } from '../../javascript/values.js';
import { ancestorWhere, endOf, lineOf, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite, TextEdit } from '../recipe.js';
import { setOf } from './set-for-membership.js';

export const setBesideArray: JavaScriptRecipe = {
  family: 'javascript',
  name: 'set-beside-array',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'Keep a Set beside an array that a loop both searches and appends to',
  evidence: { findings: hostWork, text: 'Time in `includes` or `indexOf` of a loop that also appends.' },
  condition:
    'In the loop the array is only searched, read and appended to by `push`, and either no other code can reach it or the loop calls nothing unknown. For an array that comes from outside, the Set is used only if it has the search of the language, and a callback that is the loop runs for an array; else the old search. For `indexOf`, NaN and holes are never in the Set, since `indexOf` never finds them.',
  risk: 'Building the Set costs more than it saves when few elements are searched for. It holds the elements a second time.',
  expected: 'From n*m to n+m: merging, deduplicating and worklist loops.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Set/has'],
  apply(fn) {
    if (!fn.isBuiltin('Set') || !fn.isBuiltin('Array')) return [];
    const tests = membershipTests(fn).filter((test) => test.array.kind() === 'identifier');
    const rewrites: Rewrite[] = [];
    for (const name of new Set(tests.map((test) => test.array.text()))) {
      const own = tests.filter((test) => test.array.text() === name);
      const rewrite = rewriteArray(fn, name, own);
      if (rewrite !== null) rewrites.push(rewrite);
    }
    return rewrites;
  },
};

function rewriteArray(fn: JsFunction, name: string, tests: MembershipTest[]): Rewrite | null {
  const first = tests[0];
  if (first === undefined) return null;
  for (const region of regionsOf(fn, first.node).toReversed()) {
    const { statement } = region;
    const pushes = pushesIn(fn, name, statement);
    if (pushes === null || pushes.length === 0) continue;
    if (!fn.declaredBefore(name, statement) || !isStableArray(fn, name, statement, pushes)) continue;
    const covered = tests.filter((test) => within(test.node, statement));
    if (covered.some((test) => test.method !== first.method)) continue;
    return rewriteRegion(fn, name, region, covered, pushes);
  }
  return null;
}

/** The `name.push(value);` statements in the region; null when one has another form. */
function pushesIn(fn: JsFunction, name: string, region: SgNode): SgNode[] | null {
  const calls: SgNode[] = [];
  for (const { node, role } of fn.uses(name)) {
    if (role !== 'mutate' || !within(node, region)) continue;
    const call = ancestorWhere(node, (at) => at.kind() === 'call_expression', region);
    const found = methodCall(call);
    if (call === null || found?.method !== 'push' || !same(found.receiver, node) || found.args.length !== 1) return null;
    if (found.args[0]?.kind() === 'spread_element' || call.parent()?.kind() !== 'expression_statement') return null;
    calls.push(call);
  }
  return calls;
}

function rewriteRegion(fn: JsFunction, name: string, region: Region, tests: MembershipTest[], pushes: SgNode[]): Rewrite {
  const first = tests[0] as MembershipTest;
  const set = fn.names.fresh(`${name}Set`);
  const guarded = privateKind(fn, name) !== 'array';
  const built = setOf(fn, name, first.method);
  const declaration = `${fn.constant} ${set} = ${guarded ? `${[...runsAtOnce(fn, region, name), isSearchedPlainly(name, first.method)].join(' && ')} ? ${built} : null` : built};`;
  return {
    title: `keep a Set beside \`${name}\``,
    line: lineOf(first.node),
    edits: [
      ...declareBefore(fn, region, [declaration]),
      ...tests.map(({ node, value, present }) => {
        const fast = `${present ? '' : '!'}${set}.has(${value.text()})`;
        return { start: startOf(node), end: endOf(node), text: guarded ? `(${set} !== null ? ${fast} : ${node.text()})` : fast };
      }),
      ...pushes.map((push) => pushAndAdd(fn, push, name, set, guarded, first.method)),
    ],
  };
}

function pushAndAdd(fn: JsFunction, push: SgNode, name: string, set: string, guarded: boolean, method: MembershipTest['method']): TextEdit {
  const statement = push.parent() as SgNode;
  const value = methodCall(push)?.args[0] as SgNode;
  const simple = isSimple(value);
  const element = simple ? value.text() : fn.names.fresh(`${name}Element`);
  const tests = [...(guarded ? [`${set} !== null`] : []), ...(method === 'indexOf' && !isPrimitiveLiteral(value) ? [`${element} === ${element}`] : [])];
  const add = `${tests.length === 0 ? '' : `if (${tests.join(' && ')}) `}${set}.add(${element});`;
  const lines = [...(simple ? [] : [`${fn.constant} ${element} = ${value.text()};`]), `${name}.push(${element});`, add];
  const inBlock = statement.parent() !== null && isBlock(statement.parent() as SgNode);
  return { start: startOf(statement), end: endOf(statement), text: inBlock && simple ? lines.join(' ') : `{ ${lines.join(' ')} }` };
}
