import type { SgNode } from '@ast-grep/napi';
import { isVariable } from '../../propose/python/bindings.js';
import { all, lineOf, parts, same, startOf } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import { carriedOver, type Access } from '../state.js';
import type { Scopes } from './scopes.js';

const storing = new Set(['append', 'add', 'update', 'insert', 'extend', 'appendleft', '__setitem__', 'put']);
const removing = new Set(['clear', 'remove', 'discard', 'sort', 'reverse']);
/** What it makes depends on no call. */
const constantMakers = /^(?:re\.compile|re|frozenset|set|dict|list|tuple|range|struct\.Struct|struct|logging\.getLogger|object|Decimal|Fraction|str\.maketrans|operator\.\w+|operator|namedtuple)$/;

/** What is kept from call to call: in variables of the module, class attributes, default arguments, attributes of functions and objects. */
export function pythonState(root: SgNode, scopes: Scopes): Found[] {
  return carriedOver([...ofNames(root, scopes), ...ofDefaults(root, scopes), ...ofAttributes(root, scopes), ...ofArguments(root, scopes)]);
}

interface Owner {
  name: string;
  within: SgNode | null;
  attributes: boolean;
}

function ofNames(root: SgNode, scopes: Scopes): Access[] {
  const owners = new Map<string, Owner[]>();
  const own = (owner: Owner): void => void owners.set(owner.name, [...(owners.get(owner.name) ?? []), owner]);
  for (const assignment of all(root, 'assignment')) {
    const target = assignment.field('left');
    if (target?.kind() !== 'identifier') continue;
    const [factory] = scopes.around(assignment);
    if (factory === undefined && scopes.classAround(assignment) === null) own({ name: target.text(), within: null, attributes: false });
    else if (factory !== undefined && givesFunction(factory, scopes)) own({ name: target.text(), within: factory, attributes: false });
  }
  for (const named of all(root, 'function_definition', 'class_definition')) {
    const name = named.field('name')?.text();
    if (name !== undefined && scopes.around(named).length === 0 && scopes.classAround(named) === null) own({ name, within: null, attributes: true });
  }
  // A global that only functions assign.
  for (const statement of all(root, 'global_statement')) for (const id of parts(statement)) if (!owners.has(id.text())) own({ name: id.text(), within: null, attributes: false });
  return all(root, 'identifier').filter(isVariable).flatMap((id) => (owners.get(id.text()) ?? []).flatMap((owner) => accessOf(id, owner, scopes) ?? []));
}

/** A function that gives a function of its own: a decorator. */
function givesFunction(fn: SgNode, scopes: Scopes): boolean {
  const own = (node: SgNode): boolean => same(scopes.around(node)[0] ?? null, fn);
  const inner = new Set(all(fn, 'function_definition').filter(own).map((node) => node.field('name')?.text()));
  return all(fn, 'return_statement').filter(own).some((node) => {
    const given = parts(node)[0];
    return given !== undefined && (given.kind() === 'lambda' || (given.kind() === 'identifier' && inner.has(given.text())));
  });
}

function accessOf(id: SgNode, { name, within, attributes }: Owner, scopes: Scopes): Access | null {
  const around = scopes.around(id);
  const called = within === null ? around : around.slice(0, Math.max(0, around.findIndex((fn) => same(fn, within))));
  const outermost = called.at(-1);
  if (outermost === undefined || called.some((fn) => scopes.binds(fn, name))) return null;
  if (['global_statement', 'nonlocal_statement', 'parameters', 'default_parameter'].includes(String(id.parent()?.kind())) && id.parent()?.field('value')?.text() !== name) return null;
  let place = id;
  let slot = within === null ? name : `${name} of ${within.field('name')?.text() ?? 'a function'}`;
  if (attributes) {
    const attribute = id.parent();
    if (attribute?.kind() !== 'attribute' || isCalled(attribute)) return null;
    place = attribute;
    slot = `${name}.${attribute.field('attribute')?.text() ?? ''}`;
  }
  const kind = kindOf(place, scopes, called);
  return kind === null ? null : { slot, fn: startOf(outermost), at: startOf(id), line: lineOf(id), kind };
}

const isCalled = (node: SgNode): boolean => node.parent()?.kind() === 'call' && same(node.parent()?.field('function') ?? null, node);

/** `def f(x, seen={}):` */
function ofDefaults(root: SgNode, scopes: Scopes): Access[] {
  return all(root, 'default_parameter', 'typed_default_parameter').flatMap((parameter) => {
    const name = parameter.field('name')?.text() ?? '';
    const [fn] = scopes.around(parameter);
    const value = parameter.field('value');
    if (fn === undefined || value === null || !/^(?:\{\s*\}|\[\s*\]|(?:dict|list|set|OrderedDict|defaultdict)\(.*\))$/s.test(value.text())) return [];
    return all(fn, 'identifier').filter((id) => id.text() === name && isVariable(id) && !within(id, parameter)).flatMap((id) => {
      const kind = kindOf(id, scopes, [fn]);
      return kind === null || kind === 'assign' || kind === 'constant' ? [] : [{ slot: `${name} of ${fn.field('name')?.text() ?? 'a function'}`, fn: startOf(fn), at: startOf(id), line: lineOf(id), kind }];
    });
  });
}

const within = (inner: SgNode, outer: SgNode): boolean => inner.ancestors().some((node) => same(node, outer));

/** `if hasattr(series, "total"): return series.total` before `series.total = …`: a result that hangs on what the caller passed. */
function ofArguments(root: SgNode, scopes: Scopes): Access[] {
  return all(root, 'attribute').flatMap((attribute) => {
    const object = attribute.field('object');
    const [fn] = scopes.around(attribute);
    if (fn === undefined || object?.kind() !== 'identifier' || ['self', 'cls'].includes(object.text()) || !isParameter(fn, object.text())) return [];
    if (kindOf(attribute, scopes, [fn]) !== 'assign' || !isMemo(fn, attribute)) return [];
    return [{ slot: `${object.text()} of ${fn.field('name')?.text() ?? 'a function'}`, fn: startOf(fn), at: startOf(attribute), line: lineOf(attribute), kind: 'keep' }];
  });
}

function isParameter(fn: SgNode, name: string): boolean {
  return parts(fn.field('parameters') ?? fn).some((parameter) => (parameter.field('name') ?? parts(parameter)[0] ?? parameter).text() === name || parameter.text() === name);
}

/** Class attributes that methods fill, and attributes of an object that a method looks into, fills and returns. */
function ofAttributes(root: SgNode, scopes: Scopes): Access[] {
  // `keeper = Keeper()`: one object for every call.
  const ofModule = new Set(all(root, 'assignment').filter((node) => scopes.around(node).length === 0 && node.field('right')?.kind() === 'call').map((node) => node.field('right')?.field('function')?.text() ?? ''));
  return all(root, 'class_definition').flatMap((owner) => {
    const name = owner.field('name')?.text() ?? '';
    const isOneForAll = ofModule.has(name);
    const shared = new Set(all(owner, 'assignment').filter((node) => scopes.around(node).length === 0 && same(scopes.classAround(node), owner)).map((node) => node.field('left')?.text() ?? ''));
    const methods = all(owner, 'function_definition').filter((method) => same(scopes.classAround(method), owner));
    const rebound = new Set(methods.flatMap((method) => all(method, 'assignment').map((node) => /^self\.(\w+)$/.exec(node.field('left')?.text() ?? '')?.[1] ?? '')));
    return methods.flatMap((method) => {
      if (method.field('name')?.text() === '__init__') return [];
      const accesses: Access[] = [];
      for (const attribute of all(method, 'attribute')) {
        const object = attribute.field('object')?.text() ?? '';
        const field = attribute.field('attribute')?.text() ?? '';
        if (!['self', 'cls', 'type(self)', 'self.__class__'].includes(object) || isCalled(attribute)) continue;
        const kind = kindOf(attribute, scopes, [method]);
        if (kind === null) continue;
        const isShared = isOneForAll || (object === 'self' ? shared.has(field) && !rebound.has(field) : shared.has(field));
        if (isShared) accesses.push({ slot: `${name}.${field}`, fn: startOf(method), at: startOf(attribute), line: lineOf(attribute), kind });
        else if (kind === 'assign' && isMemo(method, attribute)) accesses.push({ slot: `${name}.${field}`, fn: startOf(method), at: startOf(attribute), line: lineOf(attribute), kind: 'keep' });
        else if (kind === 'store' && isMemo(method, attribute)) accesses.push({ slot: `${name}.${field}`, fn: startOf(method), at: startOf(attribute), line: lineOf(attribute), kind: 'keep' });
      }
      return accesses;
    });
  });
}

/** Asked for before it is filled, and given afterwards: `if self._x is None: self._x = …` and `return self._x`. */
function isMemo(method: SgNode, attribute: SgNode): boolean {
  const text = attribute.text();
  const word = new RegExp(`${text.replaceAll('.', String.raw`\.`)}(?!\\w)`);
  const field = attribute.field('attribute')?.text() ?? '';
  const asked = all(method, 'if_statement', 'conditional_expression', 'try_statement').some((node) => {
    if (startOf(node) > startOf(attribute)) return false;
    const condition = (node.kind() === 'try_statement' ? node.field('body') : (node.field('condition') ?? node))?.text() ?? '';
    return word.test(condition) || (condition.includes('hasattr') && condition.includes(field));
  });
  const assignment = attribute.ancestors().find((node) => node.kind() === 'assignment');
  const value = assignment?.field('right');
  // A step of an algorithm: a flag, a count, the next node.
  if (value === null || value === undefined || ['none', 'true', 'false', 'integer', 'string'].includes(String(value.kind())) || word.test(value.text())) return false;
  // What came in from outside was not worked out here.
  if (value.kind() === 'identifier' && parts(method.field('parameters') ?? method).some((parameter) => (parameter.field('name') ?? parameter).text() === value.text())) return false;
  const given = all(method, 'return_statement').map((node) => node.text());
  return asked && given.some((line) => word.test(line) || (value.kind() === 'identifier' && new RegExp(`\\b${value.text()}\\b`).test(line)));
}

function kindOf(place: SgNode, scopes: Scopes, called: readonly SgNode[]): Access['kind'] | null {
  let node = place;
  let deep = false;
  for (let parent = node.parent(); parent !== null; parent = node.parent()) {
    const entry = (parent.kind() === 'attribute' && same(parent.field('object'), node)) || (parent.kind() === 'subscript' && same(parent.field('value'), node));
    if (!entry) break;
    if (parent.kind() === 'attribute' && isCalled(parent)) {
      const method = parent.field('attribute')?.text() ?? '';
      // A generator goes on where it stopped.
      if (['setdefault', 'send', '__next__'].includes(method)) return 'keep';
      if (storing.has(method)) return 'store';
      return removing.has(method) ? null : 'read';
    }
    node = parent;
    deep = true;
  }
  const parent = node.parent();
  if (parent === null) return null;
  const isLeft = same(parent.field('left'), node);
  if (parent.kind() === 'assignment' && isLeft) {
    const value = parent.field('right');
    if (value === null) return null;
    return deep ? 'store' : isConstant(value, scopes, called) ? 'constant' : 'assign';
  }
  if (['pattern_list', 'tuple_pattern'].includes(String(parent.kind())) && parent.ancestors().some((at) => at.kind() === 'assignment' && at.field('left')?.text().includes(node.text()))) return deep ? 'store' : 'assign';
  if (parent.kind() === 'augmented_assignment' && isLeft) return 'update';
  if (parent.kind() === 'delete_statement') return null;
  if (parent.kind() === 'comparison_operator' && /[<>=!]=?|%/.test(parent.text()) && parts(parent).some((part) => part.kind() === 'integer')) return 'asked';
  if (parent.kind() === 'argument_list' && !deep) return parent.parent()?.field('function')?.text() === 'next' ? 'keep' : null;
  return 'read';
}

/** Whether a value is the same in every call. */
function isConstant(value: SgNode, scopes: Scopes, called: readonly SgNode[]): boolean {
  if (['none', 'true', 'false', 'integer', 'float', 'string'].includes(String(value.kind()))) return true;
  if (all(value, 'await', 'yield').length > 0) return false;
  if (all(value, 'call').some((call) => !constantMakers.test(call.field('function')?.text() ?? ''))) return false;
  return [value, ...all(value, 'identifier')].filter((node) => node.kind() === 'identifier' && isVariable(node)).every((id) => !called.some((fn) => scopes.binds(fn, id.text())));
}
