import type { SgNode } from '@ast-grep/napi';
import { methodCall, parametersOf } from '../../propose/javascript/syntax.js';
import { all, lineOf, operatorOf, startOf } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import type { Scopes } from './scopes.js';

const why = 'it hangs a result onto what its caller passed, where a later call with the same object finds it';
/** What modules are made of. */
const notPassed = new Set(['exports', 'module']);
const defining = /^(?:Object\.(?:defineProperty|defineProperties)|Reflect\.(?:defineProperty|set))$/;

/** Results kept on an argument: `if (words[slot]) return words[slot]` before `words[slot] = …`, and properties defined on one. */
export function javascriptHung(root: SgNode, scopes: Scopes): Found[] {
  const isArgument = (node: SgNode | null | undefined): boolean => node?.kind() === 'identifier' && !notPassed.has(node.text()) && scopes.around(node).some((fn) => parametersOf(fn).some((parameter) => parameter?.text() === node.text()));
  const defined = all(root, 'call_expression').filter((call) => defining.test(call.field('function')?.text() ?? '') && isArgument(methodCall(call)?.args[0]));
  const kept = all(root, 'assignment_expression', 'augmented_assignment_expression').filter((assignment) => {
    const place = assignment.field('left');
    const [fn] = scopes.around(assignment);
    if (fn === undefined || place === null || !isArgument(place.field('object')) || !isOneSlot(place, scopes)) return false;
    const operator = assignment.kind() === 'augmented_assignment_expression' ? operatorOf(assignment) : '=';
    return ['??=', '||='].includes(operator) || (operator === '=' && isLookedInto(fn, assignment, place.text()));
  });
  return [...defined, ...kept].map((node) => ({ code: 'cache', key: 'hung', lines: [lineOf(node)], why }));
}

/** `.total`, or a key that is the same in every call: not an index of the call. */
function isOneSlot(place: SgNode, scopes: Scopes): boolean {
  if (place.kind() === 'member_expression') return true;
  const key = place.field('index');
  if (place.kind() !== 'subscript_expression' || key === null) return false;
  return key.kind() === 'string' || (key.kind() === 'identifier' && !scopes.around(key).some((fn) => scopes.declares(fn, key.text())));
}

/** Asked for before it is assigned, and given to the caller. */
function isLookedInto(fn: SgNode, assignment: SgNode, text: string): boolean {
  const value = assignment.field('right');
  if (value === null || ['true', 'false', 'null', 'undefined', 'number', 'string', 'this'].includes(String(value.kind())) || value.text().includes(text)) return false;
  const asked = all(fn, 'if_statement', 'ternary_expression', 'binary_expression').some((node) => startOf(node) < startOf(assignment) && (node.field('condition') ?? node.field('left'))?.text().includes(text) === true);
  return asked && all(fn, 'return_statement').some((node) => node.text().includes(text));
}
