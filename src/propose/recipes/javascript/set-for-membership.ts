import { isSearchedPlainly, runsAtOnce } from '../../javascript/array-guards.js';
import { isStableArray } from '../../javascript/effects.js';
import type { JsFunction } from '../../javascript/function.js';
import { looksLikeString, membershipTests, type MembershipTest } from '../../javascript/membership.js';
import { declareBefore, regionsOf, type Region } from '../../javascript/regions.js';
import { isPrimitiveLiteral } from '../../javascript/syntax.js';
import { endOf, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';

export const setForMembership: JavaScriptRecipe = {
  family: 'javascript',
  name: 'set-for-membership',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'Look a value up in a Set instead of searching an array in every iteration',
  evidence: { findings: hostWork, text: 'Time in `includes` or `indexOf` of a loop.' },
  condition:
    'The array keeps its elements while the loop runs: the loop only reads it, and either no other code can reach it or the loop calls nothing unknown. The Set is used only for an array with the search of the language, in a loop over an array where the loop is a callback, else the old search: a stream may run it later. For `indexOf`, NaN and holes are left out of the Set, since `indexOf` never finds them.',
  risk: 'Building the Set costs more than it saves when the loop makes few searches.',
  expected: 'From n*m to n+m; large for arrays of more than about 30 elements.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Set/has'],
  apply(fn) {
    if (!fn.isBuiltin('Set') || !fn.isBuiltin('Array')) return [];
    const groups = new Map<string, { name: string; region: Region; tests: MembershipTest[] }>();
    for (const test of membershipTests(fn)) {
      const name = test.array.text();
      if (test.array.kind() !== 'identifier' || isPrimitiveLiteral(test.value) || looksLikeString(fn, name)) continue;
      const region = regionsOf(fn, test.node).findLast(({ statement }) => fn.declaredBefore(name, statement) && isStableArray(fn, name, statement));
      if (region === undefined) continue;
      const key = `${name} ${test.method} ${startOf(region.statement)}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { name, region, tests: [test] });
      else group.tests.push(test);
    }
    return [...groups.values()].map((group) => rewrite(fn, group.name, group.region, group.tests));
  },
};

function rewrite(fn: JsFunction, name: string, region: Region, tests: MembershipTest[]): Rewrite {
  const set = fn.names.fresh(`${name}Set`);
  const first = tests[0] as MembershipTest;
  const declaration = `${fn.constant} ${set} = ${[...runsAtOnce(fn, region, name), isSearchedPlainly(name, first.method), `${name}.length > 8`].join(' && ')} ? ${setOf(fn, name, first.method)} : null;`;
  return {
    title: `search \`${name}\` by a Set`,
    line: lineOf(first.node),
    edits: [
      ...declareBefore(fn, region, [declaration]),
      ...tests.map(({ node, value, present }) => ({
        start: startOf(node),
        end: endOf(node),
        text: `(${set} !== null ? ${present ? '' : '!'}${set}.has(${value.text()}) : ${node.text()})`,
      })),
    ],
  };
}

/** A Set that holds exactly what the method would find: `indexOf` finds neither NaN nor what a hole reads as. */
export function setOf(fn: JsFunction, name: string, method: 'includes' | 'indexOf'): string {
  const type = fn.typed ? '<unknown>' : '';
  if (method === 'includes') return `new Set${type}(${name})`;
  const isNumber = fn.modern ? '(v) => v === v' : 'function (v) { return v === v; }';
  return `new Set${type}(${name}.filter(${isNumber}))`;
}
