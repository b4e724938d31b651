import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, parts, same, within } from '../source/tree.js';
import { argument, callArguments, methodOf, unwrapped } from './call.js';
import { methodDefinition } from './callers.js';
import { classOf, methodIn } from './models.js';
import type { PyModule } from './module.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';

/** Methods that give back what they are given, prepared for several devices: of Accelerate and Fabric. */
const preparers = new Set(['prepare', 'setup', 'setup_dataloaders', 'prepare_data_loader']);

const deepest = 12;

/**
 * The expressions that a value may come from, as `originsOf` gives them, and further: through what functions of the
 * repository return, tuples that are taken apart, lists and dicts by their keys, and what methods are given. An
 * expression that cannot be followed is its own source.
 */
export function sourcesOf(program: TorchProgram, value: Located, depth = 0): Located[] {
  const found = originsOf(program, value).flatMap((origin) => {
    const next = depth > deepest ? [] : stepsFrom(program, origin, depth);
    return next.length === 0 ? [origin] : next.flatMap((step) => sourcesOf(program, step, depth + 1));
  });
  return found.filter((one, i) => found.findIndex((other) => isSame(other, one)) === i);
}

export function isSame(a: Located, b: Located): boolean {
  return a.module === b.module && same(a.node, b.node);
}

function stepsFrom(program: TorchProgram, { module, node }: Located, depth: number): Located[] {
  const here = (nodes: readonly SgNode[]): Located[] => nodes.map((one) => ({ module, node: one }));
  switch (String(node.kind())) {
    case 'call':
      return returnsOf(program, { module, node });
    case 'conditional_expression': {
      const [then, , otherwise] = node.namedChildren();
      return here([then, otherwise].flatMap((one) => one ?? []));
    }
    case 'boolean_operator':
      return here(['left', 'right'].flatMap((name) => node.field(name) ?? []));
    case 'subscript': {
      const of = node.field('value');
      const key = parts(node).find((part) => !same(part, of));
      return of === null || key === undefined ? [] : elements(program, { module, node: of }, key, depth);
    }
    case 'identifier':
      return [...takenApart(program, { module, node }, depth), ...givenToMethod(program, { module, node })];
    case 'attribute':
      return node.field('object')?.text() === 'self' ? [...takenApart(program, { module, node }, depth), ...ofBases(program, { module, node }, depth)] : attributeOf(program, { module, node });
    default:
      return [];
  }
}

/** What a function or method of the repository returns, and what a generator goes over to hand on its items. */
function returnsOf(program: TorchProgram, call: Located): Located[] {
  const callee = call.node.field('function');
  const definition = program.definitionOf(call.module, callee) ?? (callee?.kind() === 'attribute' ? methodDefinition(program, { module: call.module, node: callee }) : null);
  if (definition?.node.kind() !== 'function_definition') return [];
  const { module, node } = definition;
  const own = (kind: string): SgNode[] => all(node, kind).filter((one) => same(module.scopeOf(one), node)).flatMap((one) => parts(one));
  const loops = all(node, 'for_statement').filter((loop) => same(module.scopeOf(loop), node));
  const handedOn = own('yield').flatMap((item) => loops.findLast((loop) => within(item, loop) && loop.field('left')?.text() === item.text())?.field('right') ?? []);
  return [...own('return_statement'), ...handedOn].map((one) => ({ module, node: one }));
}

/** The elements of a list, tuple or dict by a key; all of a dict's or list's where the key is not written out. */
function elements(program: TorchProgram, of: Located, key: SgNode, depth: number): Located[] {
  return sourcesOf(program, of, depth + 1).flatMap(({ module, node }) => {
    const found = elementsBy(node, key);
    return found.map((one) => ({ module, node: one }));
  });
}

function elementsBy(node: SgNode, key: SgNode): SgNode[] {
  if (['list', 'tuple', 'expression_list'].includes(String(node.kind()))) {
    const items = parts(node);
    if (key.kind() !== 'integer' && key.text() !== '-1') return items;
    const item = items.at(Number(key.text()));
    return item === undefined ? [] : [item];
  }
  if (node.kind() === 'dictionary') {
    const pairs = parts(node).filter((pair) => pair.kind() === 'pair');
    const named = key.kind() === 'string' ? pairs.filter((pair) => text(pair.field('key')) === text(key)) : pairs;
    return named.flatMap((pair) => pair.field('value') ?? []);
  }
  if (node.kind() === 'call' && node.field('function')?.text() === 'dict') return [...callArguments(node).keywords].flatMap(([name, given]) => (key.kind() !== 'string' || name === text(key) ? [given] : []));
  // `{x: DataLoader(sets[x]) for x in ("train", "valid")}`
  if (node.kind() === 'dictionary_comprehension') return parts(node)[0]?.field('value') === null ? [] : [parts(node)[0]?.field('value') ?? node];
  if (node.kind() === 'list_comprehension') return parts(node)[0] === undefined ? [] : [parts(node)[0] ?? node];
  return [];
}

const text = (node: SgNode | null): string => node?.text().replace(/^[rbuf]*(['"])(.*)\1$/i, '$2') ?? '';

/** `a` of `a, b = f()`, of `for a, b in pairs`, and of `for key, a in table.items()`. */
function takenApart(program: TorchProgram, { module, node }: Located, depth: number): Located[] {
  return takenApartIn(program, { module, node: node.kind() === 'attribute' ? (ancestorWhere(node, (up) => up.kind() === 'class_definition') ?? module.root) : bindingScope(module, node) }, node, depth);
}

function takenApartIn(program: TorchProgram, { module, node: region }: Located, node: SgNode, depth: number): Located[] {
  const assigned = all(region, 'assignment').flatMap((one): Located[] => {
    const left = one.field('left');
    const right = one.field('right');
    const place = left === null || !/pattern/.test(String(left.kind())) ? -1 : parts(left).findIndex((part) => part.text() === node.text());
    if (place < 0 || right === null) return [];
    if (right.kind() === 'call' && preparers.has(methodOf(right)?.method ?? '')) return inOrder(module, right, place);
    return sourcesOf(program, { module, node: right }, depth + 1).flatMap((source) => (['tuple', 'expression_list', 'list'].includes(String(source.node.kind())) ? at(source, place) : isSplit(source) ? [source] : []));
  });
  const looped = all(region, 'for_statement', 'for_in_clause').flatMap((loop): Located[] => {
    const left = loop.field('left');
    const right = loop.field('right');
    if (left === null || right === null) return [];
    const place = left.text() === node.text() ? 0 : /pattern/.test(String(left.kind())) ? parts(left).findIndex((part) => part.text() === node.text()) : -1;
    return place < 0 ? [] : ofIterated(program, { module, node: right }, left.text() === node.text() ? null : place, depth);
  });
  return [...assigned, ...looped];
}

/** The function, or module, that gives the name its value where the identifier sees it. */
function bindingScope(module: PyModule, id: SgNode): SgNode {
  for (let scope = module.scopeOf(id); ; scope = module.scopeOf(scope)) {
    if (same(scope, module.root) || module.names(scope).uses(id.text()).some((use) => !use.deferred && (use.role === 'write' || use.role === 'declare'))) return scope;
  }
}

/** `random_split(data, …)`: all parts of it are of one dataset. */
function isSplit({ module, node }: Located): boolean {
  return node.kind() === 'call' && (module.pathOf(node.field('function')) ?? '') === 'torch.utils.data.random_split';
}

function at({ module, node }: Located, place: number): Located[] {
  const item = parts(node)[place];
  return item === undefined ? [] : [{ module, node: item }];
}

function inOrder(module: PyModule, call: SgNode, place: number): Located[] {
  const given = callArguments(call).positional[place];
  return given === undefined ? [] : [{ module, node: given }];
}

/** What a loop gives: items of a list or tuple that is written out, values of a dict. */
function ofIterated(program: TorchProgram, over: Located, place: number | null, depth: number): Located[] {
  const method = methodOf(over.node);
  if (method !== null && ['items', 'values'].includes(method.method)) {
    if (method.method === 'items' && place !== 1) return [];
    return sourcesOf(program, { module: over.module, node: method.receiver }, depth + 1).flatMap(({ module, node }) => elementsBy(node, method.receiver).map((one) => ({ module, node: one })));
  }
  return sourcesOf(program, over, depth + 1).flatMap((source) => {
    if (!['list', 'tuple'].includes(String(source.node.kind()))) return [];
    return parts(source.node).flatMap((item) => {
      const one = { module: source.module, node: item };
      return place === null ? [one] : ['list', 'tuple'].includes(String(item.kind())) ? at(one, place) : [];
    });
  });
}

/** Where the identifier is a parameter of a method: what calls of it give, on objects whose class is known. */
function givenToMethod(program: TorchProgram, { module, node }: Located): Located[] {
  const scope = module.scopeOf(node);
  const owner = scope.kind() === 'function_definition' ? ancestorWhere(scope, (at) => at.kind() === 'class_definition' || at.kind() === 'function_definition') : null;
  const name = scope.field('name')?.text() ?? '';
  if (owner?.kind() !== 'class_definition') return [];
  const place = parts(scope.field('parameters') ?? scope).findIndex((parameter) => (parameter.kind() === 'identifier' ? parameter : (parameter.field('name') ?? parameter.namedChildren()[0] ?? parameter)).text() === node.text());
  if (place < 1) return [];
  const calls = name === '__init__' ? inheritedStarts(program, { module, node: owner }) : methodCalls(program, { module, node: owner }, name);
  return calls.flatMap((call) => {
    const given = argument(call.node, node.text(), place - 1);
    return given === null ? [] : [{ module: call.module, node: given }];
  });
}

/** Where objects of classes that inherit from a class are made, as far as its own `__init__` sees it: their calls, or `super().__init__(…)` in their own. */
function inheritedStarts(program: TorchProgram, owner: Located): Located[] {
  return program.modules.flatMap((module) =>
    all(module.root, 'class_definition')
      .filter((node) => parts(node.field('superclasses') ?? node).some((base) => { const found = program.definitionOf(module, base); return found !== null && isSame(found, owner); }))
      .flatMap((node) => {
        const own = methodIn(node, '__init__');
        return own === null ? program.callersOf({ module, node }) : all(own, 'call').filter((call) => /^super\(.*\)\.__init__$/.test(call.field('function')?.text() ?? '')).map((call) => ({ module, node: call }));
      }),
  );
}

/** Calls of a method of a class: on `self` in the class, and on objects that are known to be of it. */
export function methodCalls(program: TorchProgram, owner: Located, name: string): Located[] {
  return program.modules.flatMap((module) =>
    all(module.root, 'call').filter((call) => {
      const method = methodOf(call);
      if (method === null || method.method !== name) return false;
      if (method.receiver.text() === 'self') return same(ancestorWhere(call, (at) => at.kind() === 'class_definition'), owner.node);
      const known = classOf(program, { module, node: method.receiver });
      return known !== null && isSame(known, owner);
    }).map((node) => ({ module, node })),
  );
}

/** What the bases of a class, where they are of the repository, give an attribute of `self`. */
function ofBases(program: TorchProgram, { module, node }: Located, depth: number): Located[] {
  const owner = ancestorWhere(node, (up) => up.kind() === 'class_definition');
  const bases = owner?.field('superclasses') ?? null;
  return bases === null ? [] : parts(bases).flatMap((base) => {
    const found = program.definitionOf(module, base);
    return found?.node.kind() !== 'class_definition' ? [] : [...assignedIn(found, node.text()), ...takenApartIn(program, found, node, depth)];
  });
}

function assignedIn({ module, node }: Located, attribute: string): Located[] {
  return all(node, 'assignment').filter((one) => one.field('left')?.text() === attribute).flatMap((one) => one.field('right') ?? []).map((one) => ({ module, node: unwrapped(one) }));
}

/** What the class of an object that is known gives the attribute in its methods: `trainer.loader`. */
function attributeOf(program: TorchProgram, { module, node }: Located): Located[] {
  const of = node.field('object');
  const owner = of === null || module.pathOf(node) !== null ? null : classOf(program, { module, node: of });
  return owner === null ? [] : assignedIn(owner, `self.${node.field('attribute')?.text() ?? ''}`);
}
