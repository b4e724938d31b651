import type { SgNode } from '@ast-grep/napi';
import { bare, isFunction, methodCall } from '../../propose/javascript/syntax.js';
import { all, lineOf, operatorOf, same, startOf } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import { carriedOver, type Access } from '../state.js';
import type { Scopes } from './scopes.js';

const storing = new Set(['set', 'add', 'push', 'unshift', 'splice', 'fill', 'enqueue']);
const removing = new Set(['delete', 'clear', 'sort', 'reverse']);
/** What it makes depends on no call. */
const constantMakers = new Set(['RegExp', 'Set', 'Map', 'TextEncoder', 'TextDecoder', 'Intl', 'Symbol', 'require', 'BigInt']);

/** What is kept from call to call in variables of the module, on functions and classes, and in what a factory closes over. */
export function javascriptState(root: SgNode, scopes: Scopes): Found[] {
  const longLived = [...moduleNames(root, scopes), ...closedOver(root, scopes)];
  const accesses: Access[] = [];
  const byName = new Map<string, Owner[]>();
  for (const owner of longLived) byName.set(owner.name, [...(byName.get(owner.name) ?? []), owner]);
  for (const id of all(root, 'identifier', 'shorthand_property_identifier')) {
    const owners = byName.get(id.text());
    if (owners === undefined) continue;
    for (const owner of owners) {
      const access = accessOf(id, owner, scopes);
      if (access !== null) accesses.push(access);
    }
  }
  return carriedOver([...accesses, ...ownClassSlots(root)]);
}

/** A name that outlives calls. `within`: the factory whose returned functions share it; null for the module. */
interface Owner {
  name: string;
  within: SgNode | null;
  /** A function or a class: only what is stored on it counts, by attribute. */
  attributes: boolean;
}

function moduleNames(root: SgNode, scopes: Scopes): Owner[] {
  const atTop = (node: SgNode): boolean => scopes.around(node).every(isCalledAtOnce);
  const variables = all(root, 'variable_declarator').filter(atTop).flatMap((declarator) => {
    const name = declarator.field('name');
    const value = declarator.field('value');
    return name?.kind() === 'identifier' ? [{ name: name.text(), within: null, attributes: value !== null && (isFunction(value) || value.kind() === 'class') }] : [];
  });
  const named = all(root, 'function_declaration', 'class_declaration', 'generator_function_declaration').filter(atTop).flatMap((node) => {
    const name = node.field('name')?.text();
    return name === undefined ? [] : [{ name, within: null, attributes: true }];
  });
  return [...variables, ...named];
}

/** `(() => { … })()` and `(function () { … }).call(this)`: its variables live as long as the module. */
function isCalledAtOnce(fn: SgNode): boolean {
  let node = fn.parent();
  while (node !== null && ['parenthesized_expression', 'unary_expression'].includes(String(node.kind()))) node = node.parent();
  if (node?.kind() === 'member_expression' && ['call', 'apply'].includes(node.field('property')?.text() ?? '')) node = node.parent();
  // The factory of a UMD module is an argument of such a call, or of `define`.
  if (node?.kind() === 'arguments') node = node.parent();
  if (node?.kind() !== 'call_expression') return false;
  return bareFunction(node.field('function')) !== null || node.field('function')?.text() === 'define';
}

function bareFunction(callee: SgNode | null): SgNode | null {
  if (callee === null) return null;
  const inner = callee.kind() === 'member_expression' ? callee.field('object') : callee;
  const fn = inner === null ? null : bare(inner);
  return fn !== null && isFunction(fn) ? fn : null;
}

/** Variables of a function that gives another function: `memoize` and its like. */
function closedOver(root: SgNode, scopes: Scopes): Owner[] {
  const owners: Owner[] = [];
  for (const declarator of all(root, 'variable_declarator')) {
    const name = declarator.field('name');
    const [factory] = scopes.around(declarator);
    if (name?.kind() !== 'identifier' || factory === undefined || isCalledAtOnce(factory) || !givesFunction(factory, scopes)) continue;
    owners.push({ name: name.text(), within: factory, attributes: false });
  }
  return owners;
}

function givesFunction(fn: SgNode, scopes: Scopes): boolean {
  const own = (node: SgNode): boolean => same(scopes.around(node)[0] ?? null, fn);
  const body = fn.field('body');
  if (body !== null && isFunction(bare(body))) return true;
  const inner = new Set(all(fn, 'function_declaration').filter(own).map((node) => node.field('name')?.text()));
  for (const declarator of all(fn, 'variable_declarator').filter(own)) {
    const value = declarator.field('value');
    if (value !== null && isFunction(value)) inner.add(declarator.field('name')?.text());
  }
  return all(fn, 'return_statement').filter(own).some((node) => {
    const given = node.namedChildren()[0];
    if (given === undefined) return false;
    const values = given.kind() === 'object' ? given.namedChildren().map((child) => child.field('value') ?? child) : [bare(given)];
    return values.some((value) => isFunction(value) || (['identifier', 'shorthand_property_identifier'].includes(String(value.kind())) && inner.has(value.text())));
  });
}

function accessOf(id: SgNode, { name, within, attributes }: Owner, scopes: Scopes): Access | null {
  const around = scopes.around(id);
  // What runs once, when the module is loaded or the factory called, makes constants.
  const called = within === null ? around.filter((fn) => !isCalledAtOnce(fn)) : around.slice(0, Math.max(0, around.findIndex((fn) => same(fn, within))));
  const outermost = called.at(-1);
  if (outermost === undefined) return null;
  if (called.some((fn) => scopes.declares(fn, name))) return null;
  if (isDeclaration(id)) return null;
  let place = id;
  let slot = within === null ? name : `${name} of ${within.field('name')?.text() ?? 'a function'}`;
  if (attributes) {
    const member = id.parent();
    if (member === null || !isEntry(member, id)) return null;
    if (member.kind() !== 'member_expression') return null;
    const attribute = member.field('property')?.text() ?? '';
    if (['prototype', 'name', 'length', 'call', 'apply', 'bind'].includes(attribute)) return null;
    place = member;
    slot = `${name}.${attribute}`;
    // A method of the class, called.
    if (member.parent()?.kind() === 'call_expression' && same(member.parent()?.field('function') ?? null, member)) return null;
  }
  const kind = kindOf(place, scopes, called);
  return kind === null ? null : { slot, fn: startOf(outermost), at: startOf(id), line: lineOf(id), kind };
}

function isDeclaration(id: SgNode): boolean {
  const parent = id.parent();
  if (parent === null) return true;
  if (['variable_declarator', 'function_declaration', 'class_declaration', 'function_expression', 'generator_function_declaration'].includes(String(parent.kind()))) return same(parent.field('name'), id);
  return ['formal_parameters', 'import_specifier', 'namespace_import', 'import_clause', 'export_specifier', 'labeled_statement'].includes(String(parent.kind()));
}

function isEntry(node: SgNode, of: SgNode): boolean {
  return (node.kind() === 'member_expression' || node.kind() === 'subscript_expression') && same(node.field('object'), of);
}

/** What is done with a slot, looking out from where it is named. `called`: the functions around it, innermost first. */
export function kindOf(place: SgNode, scopes: Scopes, called: readonly SgNode[]): Access['kind'] | null {
  let node = place;
  let deep = false;
  for (let parent = node.parent(); parent !== null && (isEntry(parent, node) || parent.kind() === 'non_null_expression'); parent = node.parent()) {
    const call = methodCall(parent.parent());
    if (parent.kind() === 'member_expression' && call !== null && same(parent.parent()?.field('function') ?? null, parent)) {
      // A generator goes on where it stopped.
      if (call.method === 'next') return 'keep';
      if (storing.has(call.method)) return 'store';
      return removing.has(call.method) ? null : 'read';
    }
    node = parent;
    deep = true;
  }
  const parent = node.parent();
  if (parent === null) return null;
  const isLeft = same(parent.field('left'), node);
  if (parent.kind() === 'assignment_expression' && isLeft) {
    const value = parent.field('right');
    if (value !== null && isConstant(value, scopes, called)) return deep ? 'store' : 'constant';
    return deep ? 'store' : 'assign';
  }
  if (parent.kind() === 'augmented_assignment_expression' && isLeft) {
    if (!['??=', '||='].includes(operatorOf(parent))) return 'update';
    const value = parent.field('right');
    return value !== null && !deep && isConstant(value, scopes, called) ? 'constant' : 'keep';
  }
  if (parent.kind() === 'update_expression') return isAsked(parent) ? 'asked' : 'update';
  if (parent.kind() === 'unary_expression' && operatorOf(parent) === 'delete') return null;
  if (isAsked(node)) return 'asked';
  if (parent.kind() === 'arguments' && !deep) return null;
  return 'read';
}

/** Compared with a number: `calls > 3`. */
function isAsked(node: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'parenthesized_expression') return isAsked(parent);
  if (parent?.kind() !== 'binary_expression' || !/^(?:[<>]=?|[=!]==?|%)$/.test(operatorOf(parent))) return false;
  return [parent.field('left'), parent.field('right')].some((side) => side?.kind() === 'number');
}

/** Whether a value is the same in every call: it names no parameter, nothing of the call, and calls nothing that is not known. */
function isConstant(value: SgNode, scopes: Scopes, called: readonly SgNode[]): boolean {
  if (['number', 'string', 'true', 'false', 'null', 'undefined', 'regex'].includes(String(value.kind()))) return true;
  if (isFunction(value)) return true;
  if (all(value, 'this', 'yield_expression', 'await_expression').length > 0) return false;
  const callees = all(value, 'call_expression', 'new_expression').map((call) => (call.field('function') ?? call.field('constructor'))?.text().split('.')[0] ?? '');
  if (callees.some((callee) => !constantMakers.has(callee))) return false;
  return all(value, 'identifier', 'shorthand_property_identifier').every((id) => !called.some((fn) => scopes.declares(fn, id.text())));
}

/** Static fields and fields that a method looks into before it fills them: results kept with an object. */
function ownClassSlots(root: SgNode): Access[] {
  return all(root, 'class_body').flatMap((body) => {
    const owner = body.parent()?.field('name')?.text() ?? 'class';
    return all(body, 'method_definition').filter((method) => same(method.parent(), body)).flatMap((method) => memoOf(method).map((access) => ({ ...access, slot: `${owner}.${access.slot}` })));
  });
}

/** `if (this.x) return this.x; … this.x = …`, `return this.x ??= …`, `this.x.get(k)` before `this.x.set(k, …)` with a return of it. */
function memoOf(method: SgNode): Access[] {
  if (method.field('name')?.text() === 'constructor') return [];
  const fn = startOf(method);
  const accesses: Access[] = [];
  const returned = all(method, 'return_statement').map((node) => node.text());
  const add = (slot: string, node: SgNode, kind: Access['kind']): void => void accesses.push({ slot, fn, at: startOf(node), line: lineOf(node), kind });
  for (const assignment of all(method, 'assignment_expression', 'augmented_assignment_expression')) {
    const target = assignment.field('left');
    if (target?.kind() !== 'member_expression' || target.field('object')?.kind() !== 'this') continue;
    const text = target.text();
    const word = new RegExp(`${text.replaceAll(/[.$#]/g, String.raw`\$&`)}(?![\\w$])`);
    const operator = assignment.kind() === 'augmented_assignment_expression' ? operatorOf(assignment) : '=';
    const inReturn = assignment.ancestors().some((node) => node.kind() === 'return_statement');
    const asked = all(method, 'if_statement', 'ternary_expression', 'binary_expression').some((node) => startOf(node) <= startOf(assignment) && word.test((node.field('condition') ?? node.field('left'))?.text() ?? ''));
    const given = inReturn || returned.some((line) => word.test(line));
    if ((operator === '=' && asked && given && !isPlainStep(assignment)) || (['??=', '||='].includes(operator) && given)) {
      add(text, assignment, 'keep');
    }
  }
  for (const call of all(method, 'call_expression')) {
    const found = methodCall(call);
    if (found?.receiver.kind() !== 'member_expression' || found.receiver.field('object')?.kind() !== 'this') continue;
    const slot = found.receiver.text();
    if (['get', 'has'].includes(found.method)) add(slot, call, 'read');
    const [, stored] = found.args;
    if (found.method === 'set' && stored !== undefined && returned.some((line) => line.includes(stored.text()) || line.includes(slot))) add(slot, call, 'store');
  }
  return accesses;
}

/** `this.at = this.at + 1` and `this.done = true` move on; they keep no result. */
function isPlainStep(assignment: SgNode): boolean {
  const value = assignment.field('right');
  const target = assignment.field('left')?.text() ?? '';
  return value === null || ['true', 'false', 'null', 'undefined', 'number', 'string', 'this'].includes(String(value.kind())) || value.text().includes(target);
}
