import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { regionsOf } from '../../javascript/regions.js';
import { bare, methodCall } from '../../javascript/syntax.js';
import { privateKind } from '../../javascript/values.js';
import { ancestorWhere, endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';
import { isIteratedAround, mentions } from './append-in-place.js';

export const assignInPlace: JavaScriptRecipe = {
  family: 'javascript',
  name: 'assign-in-place',
  languages: ['javascript', 'typescript'],
  category: 'quadratic',
  title: 'Set a property instead of copying the object in every iteration (`o = { ...o, [k]: v }`)',
  evidence: { findings: hostWork, text: 'An object is copied once an iteration: time in copying properties or the collector.' },
  condition:
    'The object is a literal made in this function, without accessors, and nothing else can refer to it before it is returned. The key `__proto__`, which a copy defines and an assignment does not, still takes the copy.',
  risk: 'None known.',
  expected: 'From n^2 copied properties to n.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Operators/Spread_syntax'],
  apply(fn) {
    return fn.owned('assignment_expression').flatMap((assignment) => {
      const rewrite = rewriteAssignment(fn, assignment);
      return rewrite === null ? [] : [rewrite];
    });
  },
};

function rewriteAssignment(fn: JsFunction, assignment: SgNode): Rewrite | null {
  const statement = assignment.parent();
  const target = assignment.field('left');
  const right = assignment.field('right');
  if (statement?.kind() !== 'expression_statement' || target?.kind() !== 'identifier' || right === null) return null;
  const name = target.text();
  const added = addedProperty(fn, bare(right), name);
  const init = fn.binding(name)?.init ?? null;
  // Beside one that may set the prototype, every copy must go through the check for it.
  const others = fn.uses(name).filter((use) => use.role === 'write').map((use) => use.node.parent()?.field('right')?.text() ?? '');
  if (added !== null && !(added.byAssign && added.literalKey === null) && others.some((text) => text.startsWith('Object.assign'))) return null;
  if (added === null || init === null || privateKind(fn, name) !== 'object' || !isPlainLiteral(init)) return null;
  if (!regionsOf(fn, assignment).some((region) => fn.declaredBefore(name, region.statement))) return null;
  if (isSlowWay(assignment) || isIteratedAround(fn, name, assignment) || ancestorWhere(assignment, (at) => at.kind() === 'try_statement', fn.scope) !== null) return null;
  return {
    title: `set the property of \`${name}\` in place`,
    line: lineOf(assignment),
    edits: [{ start: startOf(statement), end: endOf(statement), text: assignmentText(fn, name, added, (copy) => `${name} = ${copy};`, '') }],
  };
}

/** The copy for the one key that needs it, which this recipe has written. */
function isSlowWay(assignment: SgNode): boolean {
  const branch = ancestorWhere(assignment, (at) => at.kind() === 'if_statement');
  return branch?.field('condition')?.text().includes(`=== '__proto__'`) ?? false;
}

export interface AddedProperty {
  /** By `Object.assign`, which sets the prototype where a literal defines a property named `__proto__`. */
  byAssign: boolean;
  /** Null for a computed key, which is only known at run time. */
  literalKey: string | null;
  key: SgNode;
  value: SgNode;
}

/** The one property that `{ ...name, key: value }` or `Object.assign({}, name, { key: value })` adds. */
export function addedProperty(fn: JsFunction, copy: SgNode, name: string): AddedProperty | null {
  let property: SgNode | undefined;
  const byAssign = copy.kind() !== 'object';
  if (copy.kind() === 'object') {
    const [head, ...rest] = parts(copy);
    if (head?.text() !== `...${name}` || rest.length !== 1) return null;
    property = rest[0];
  } else {
    const call = methodCall(copy);
    const [fresh, base, added] = call?.args ?? [];
    if (call?.receiver.text() !== 'Object' || call.method !== 'assign' || call.args.length !== 3 || !fn.isBuiltin('Object')) return null;
    if (fresh?.text() !== '{}' || base?.text() !== name || added?.kind() !== 'object' || parts(added).length !== 1) return null;
    property = parts(added)[0];
  }
  if (property?.kind() === 'shorthand_property_identifier') return property.text() === '__proto__' ? null : { byAssign, literalKey: property.text(), key: property, value: property };
  const key = property?.kind() === 'pair' ? property.field('key') : null;
  const value = property?.field('value') ?? null;
  if (key === null || value === null) return null;
  if (key.kind() === 'computed_property_name') {
    const inner = parts(key)[0];
    return inner === undefined ? null : { byAssign, literalKey: null, key: inner, value };
  }
  if (key.text().includes('__proto__')) return null;
  return { byAssign, literalKey: key.text(), key, value };
}

/** Statements that add the property; `slow` writes the statement that copies, for the one key that needs it. */
export function assignmentText(fn: JsFunction, name: string, { byAssign, literalKey, key, value }: AddedProperty, slow: (copy: string) => string, after: string): string {
  if (literalKey !== null) {
    const place = propertyOf(name, literalKey);
    return after === '' ? `${place} = ${value.text()};` : `{ ${place} = ${value.text()}; ${after} }`;
  }
  const k = fn.names.fresh('key');
  const property = `{ [${k}]: ${value.text()} }`;
  const copy = byAssign ? `Object.assign({}, ${name}, ${property})` : `{ ...${name}, ${property.slice(2)}`;
  // After a copy by Object.assign set another prototype, the next copy must put the usual one back.
  const special = byAssign ? `${k} === '__proto__' || Object.getPrototypeOf(${name}) !== Object.prototype` : `${k} === '__proto__'`;
  return `{ ${fn.constant} ${k} = ${key.text()}; if (${special}) { ${slow(copy)} } else { ${name}[${k}] = ${value.text()}; } ${after} }`;
}

export function propertyOf(name: string, literalKey: string): string {
  return /^[A-Za-z_$]/.test(literalKey) ? `${name}.${literalKey}` : `${name}[${literalKey}]`;
}

/** An object literal of plain values: no getter, no setter, no prototype of its own. */
export function isPlainLiteral(init: SgNode): boolean {
  const literal = bare(init);
  return literal.kind() === 'object' && parts(literal).every((part) => ['pair', 'shorthand_property_identifier'].includes(String(part.kind())) && !part.text().includes('__proto__')) && !mentions(literal, '__proto__');
}
