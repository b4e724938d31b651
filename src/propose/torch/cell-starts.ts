import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, parts, same } from '../source/tree.js';
import { unwrapped } from './call.js';
import type { Cell, CellUse } from './cells.js';
import type { PyModule } from './module.js';
import { initialNumber, initialOf } from './numbers.js';

/** What a cell begins as: numbers of one kind or several, or an empty list. */
export interface Start {
  kind: 'float' | 'integer' | 'numbers' | 'list';
  /** What holds the elements of a cell that has several. */
  holds: 'list' | 'dict';
}

type Kind = Start['kind'] | null;

/** Null where it cannot be seen. */
export function startOfCell(cell: Cell, uses: readonly CellUse[]): Start | null {
  const { holder, node, shape, module } = cell;
  const isElement = !same(holder, node);
  if (!isElement && holder.kind() === 'identifier') {
    const number = initialNumber(module, holder);
    if (number !== null) return { kind: number.kind() === 'float' ? 'float' : 'integer', holds: 'list' };
  }
  const key = isElement && shape === 'one' ? (parts(node)[1]?.text() ?? null) : null;
  const values = [...uses.filter(({ role }) => role === 'write').map((use) => ({ module: use.module, ...writtenAt(use.node) })), ...fieldsOf(cell)];
  // What is given to another key says nothing of this one.
  const told = values.filter((value) => key === null || value.key === null || sameKey(value.key, key));
  const kinds = told.map(({ value, isOfElement, module: own }): Kind => (isElement && !isOfElement ? kindOfElements(own, value, key) : kindOf(value)));
  const kind = combinedKind(kinds);
  const holds = told.some(({ value }) => /^(?:\[|list\b)|\*/.test(value.text())) ? 'list' : 'dict';
  return kind === null ? null : { kind, holds };
}

interface Written {
  module: PyModule;
  value: SgNode;
  isOfElement: boolean;
  key: string | null;
}

/** What is written at a mention of a holder: to it, or to one of its elements. */
function writtenAt(node: SgNode): Omit<Written, 'module'> {
  const parent = node.parent();
  if (parent?.kind() !== 'subscript' || !same(parent.field('value'), node)) return { value: initialOf(node), isOfElement: false, key: null };
  return { value: initialOf(parent), isOfElement: true, key: parts(parent)[1]?.text() ?? null };
}

/** `total: float = 0.0` in the body of a class, for an attribute. */
function fieldsOf({ module, holder }: Cell): Written[] {
  const name = holder.field('attribute')?.text();
  if (holder.kind() !== 'attribute' || name === undefined) return [];
  const fields = all(module.root, 'assignment').filter((node) => node.field('left')?.text() === name && ancestorWhere(node, (at) => at.kind() === 'class_definition' || at.kind() === 'function_definition')?.kind() === 'class_definition');
  return fields.flatMap((node) => {
    const value = node.field('right');
    return value === null ? [] : [{ module, value, isOfElement: false, key: null }];
  });
}

function combinedKind(kinds: readonly Kind[]): Kind {
  const [first = null] = kinds;
  if (kinds.every((kind) => kind === first)) return first;
  return kinds.every((kind) => kind === 'float' || kind === 'integer' || kind === 'numbers') ? 'numbers' : null;
}

function kindOf(value: SgNode): Kind {
  const inner = unwrapped(value);
  if (inner.text() === 'field(default_factory=list)') return 'list';
  if (inner.kind() === 'float') return 'float';
  if (inner.kind() === 'integer') return 'integer';
  return inner.text() === '[]' || inner.text() === 'list()' ? 'list' : null;
}

/** Of `[0.0] * n`, `[0 for …]`, `{'a': 0.0}`, `{k: 0.0 for …}`, `defaultdict(float)`, `dict.fromkeys(ks, 0.0)`, `{}`; by the key where there is one. */
function kindOfElements(module: PyModule, value: SgNode, key: string | null): Kind {
  const inner = unwrapped(value);
  const combined = (items: readonly (SgNode | null | undefined)[]): Kind => combinedKind(items.map((item) => (item === null || item === undefined ? null : kindOf(item))));
  switch (String(inner.kind())) {
    case 'integer':
    case 'float':
      return kindOf(inner);
    case 'binary_operator':
      return inner.field('operator')?.text() === '*' ? kindOfElements(module, inner.field('left')?.kind() === 'list' ? (inner.field('left') ?? inner) : (inner.field('right') ?? inner), key) : null;
    case 'list':
      return combined(parts(inner));
    case 'list_comprehension':
      return combined([inner.field('body')]);
    case 'dictionary_comprehension':
      return combined([inner.field('body')?.field('value')]);
    case 'dictionary': {
      const pairs = parts(inner).filter((pair) => key === null || sameKey(pair.field('key')?.text() ?? '', key));
      if (parts(inner).length === 0) return key === null ? 'numbers' : null;
      return pairs.length === 0 ? null : combined(pairs.map((pair) => pair.field('value')));
    }
    case 'call':
      return kindOfCall(module, inner, key);
    default:
      return null;
  }
}

function kindOfCall(module: PyModule, call: SgNode, key: string | null): Kind {
  const callee = module.pathOf(call.field('function')) ?? call.field('function')?.text() ?? '';
  const given = parts(call.field('arguments') ?? call);
  const [first, second] = given;
  if (/(?:^|\.)defaultdict$/.test(callee)) return { float: 'float', int: 'integer', list: 'list', 'lambda: 0.0': 'float', 'lambda: 0': 'integer', 'lambda: []': 'list' }[first?.text() ?? ''] as Kind ?? null;
  if (/(?:^|\.)Counter$/.test(callee)) return given.length === 0 ? 'integer' : null;
  if (callee === 'dict.fromkeys') return second === undefined ? null : kindOf(second);
  if (callee !== 'dict') return null;
  const chosen = given.filter((node) => node.kind() === 'keyword_argument' && (key === null || sameKey(node.field('name')?.text() ?? '', key)));
  const kinds = chosen.map((node) => kindOf(node.field('value') ?? node));
  return kinds.length > 0 && kinds.every((kind) => kind === kinds[0]) ? (kinds[0] ?? null) : null;
}

function sameKey(a: string, b: string): boolean {
  return a.replace(/['"]/g, '') === b.replace(/['"]/g, '');
}
