import { numbersAgree, type Tolerance } from '../tolerance.js';
import { type Node, type Seen, showNode } from './observation.js';

export interface NodeRule {
  tolerance: Tolerance;
  /** Whether the entries of tables, maps and sets must be in the same order. */
  order: 'same' | 'any';
}

export interface NodeDifference {
  /** `[3]["name"]`; empty for the value itself. */
  path: string;
  champion: string;
  candidate: string;
}

/** The first place where two values differ: their types, their parts, or which of them are one object. */
export function differenceOf(a: Node, b: Node, rule: NodeRule, path = ''): NodeDifference | null {
  if (!isSeen(a) || !isSeen(b)) return a === b ? null : { path, champion: withType(a), candidate: withType(b) };
  if (a.t !== b.t) return identity(a, b, rule, path) ?? { path, champion: withType(a), candidate: withType(b) };
  return identity(a, b, rule, path) ?? forms(a, b, path) ?? leaves(a, b, rule, path) ?? parts(a, b, rule, path) ?? entries(a, b, rule, path) ?? attributes(a, b, rule, path);
}

function isSeen(node: Node): node is Seen {
  return typeof node === 'object' && node !== null;
}

function identity(a: Seen, b: Seen, { order }: NodeRule, path: string): NodeDifference | null {
  // Objects are numbered as they are met, so that of parts in any order the numbers say nothing.
  if (order === 'any' && path !== '') return null;
  const [one, other] = [a.i ?? a.r, b.i ?? b.r];
  if (one === other || one === undefined || other === undefined) return null;
  const words = (id: number, than: number, node: Seen): string => `${id < than ? `an object that was there before (object ${id})` : 'another object'}${node.t === undefined ? '' : `, ${showNode(node, 60)}`}`;
  return { path, champion: words(one, other, a), candidate: words(other, one, b) };
}

/** One type can hold what it has in several ways: a class of fields alone, or a list by the same name. */
function forms(a: Seen, b: Seen, path: string): NodeDifference | null {
  const form = (node: Seen): string => (['v', 'l', 'u', 'e', 'x'] as const).filter((key) => node[key] !== undefined).join('');
  return form(a) === form(b) ? null : { path, champion: withType(a), candidate: withType(b) };
}

function leaves(a: Seen, b: Seen, { tolerance }: NodeRule, path: string): NodeDifference | null {
  const exact = tolerance.relative === 0 && tolerance.absolute === 0;
  const agree = (x: string, y: string): boolean => x === y || (!exact && isNumeric(a.t) && numbersAgree(x, y, tolerance));
  if (a.x !== undefined && b.x !== undefined && a.x !== b.x) {
    const [one, other] = [a.x.split(' '), b.x.split(' ')];
    if (one.length !== other.length) return { path: `${path}.length`, champion: String(one.length), candidate: String(other.length) };
    const at = one.findIndex((text, index) => !(text === other[index] || (!exact && numbersAgree(text, other[index] ?? '', tolerance))));
    return at === -1 ? null : { path: `${path}[${at}]`, champion: one[at] ?? '', candidate: other[at] ?? '' };
  }
  if (a.v === b.v || (a.v !== undefined && b.v !== undefined && agree(a.v, b.v))) return null;
  return { path, champion: showNode(a), candidate: showNode(b) };
}

function isNumeric(type: string | undefined): boolean {
  return type === 'number' || type === 'float' || type?.startsWith('numpy.float') === true;
}

function parts(a: Seen, b: Seen, rule: NodeRule, path: string): NodeDifference | null {
  const unordered = rule.order === 'any' && a.t === 'Set';
  const [one, other] = [a.l, b.l].map((list) => (unordered && list !== undefined ? sorted(list) : list));
  return ofLists(one, other, rule, path) ?? ofLists(a.u === undefined ? undefined : sorted(a.u), b.u === undefined ? undefined : sorted(b.u), rule, path);
}

function ofLists(one: readonly Node[] | undefined, other: readonly Node[] | undefined, rule: NodeRule, path: string): NodeDifference | null {
  if (one === undefined || other === undefined) return null;
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const found = differenceOf(one[index] ?? null, other[index] ?? null, rule, `${path}[${index}]`);
    if (found !== null) return found;
  }
  return one.length === other.length ? null : { path: `${path}.length`, champion: String(one.length), candidate: String(other.length) };
}

function entries(a: Seen, b: Seen, rule: NodeRule, path: string): NodeDifference | null {
  if (a.e === undefined || b.e === undefined) return null;
  const [one, other] = rule.order === 'any' ? [sorted(a.e), sorted(b.e)] : [a.e, b.e];
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const [key, value] = one[index] as [Node, Node];
    const [now, changed] = other[index] as [Node, Node];
    const otherKey = differenceOf(key, now, rule);
    if (otherKey !== null) return { path, champion: `the entry ${showNode(key, 60)} in place ${index}`, candidate: showNode(now, 60) };
    const found = differenceOf(value, changed, rule, `${path}[${showNode(key, 40)}]`);
    if (found !== null) return found;
  }
  return one.length === other.length ? null : { path: `${path}.size`, champion: String(one.length), candidate: String(other.length) };
}

function attributes(a: Seen, b: Seen, rule: NodeRule, path: string): NodeDifference | null {
  const [one, other] = [new Map(a.p ?? []), new Map(b.p ?? [])];
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    const [before, after] = [one.get(name), other.get(name)];
    if (before === undefined || after === undefined) return { path: `${path}.${name}`, champion: before === undefined ? 'nothing' : showNode(before), candidate: after === undefined ? 'nothing' : showNode(after) };
    const found = differenceOf(before, after, rule, `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

/** By their JSON without the numbers of objects, which depend on the order. */
function sorted<T>(items: readonly T[]): T[] {
  const key = (item: T): string => JSON.stringify(item, (name, value: unknown) => (name === 'i' || name === 'r' ? undefined : value));
  return items.map((item) => [key(item), item] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
}

function withType(node: Node): string {
  const type = isSeen(node) ? (node.t ?? 'reference') : node === null ? 'null' : typeof node;
  const text = showNode(node);
  return text === type ? text : `${text} (${type})`;
}
