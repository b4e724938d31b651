/** A value of a program as it was seen from within: JSON whose tables are described by `Seen`. */
export type Node = null | boolean | string | Seen;

export interface Seen {
  /** Name of its type; absent for a reference. */
  t?: string;
  /** Which object of the case it is, for what can be changed: numbered as they were first seen. */
  i?: number;
  /** An object that is part of this snapshot already. */
  r?: number;
  /** Text of what has no parts: a number, a date. */
  v?: string;
  /** Parts in their order. */
  l?: Node[];
  /** Parts without an order. */
  u?: Node[];
  /** Keys and values in their order. */
  e?: [Node, Node][];
  /** Attributes besides its parts. */
  p?: [string, Node][];
  /** Numbers of an array, separated by spaces. */
  x?: string;
  /** It may hold what cannot be seen, and so is not compared: what a function encloses, private fields, state of native code. */
  o?: true;
}

/** One call: what came of it, and the arguments (after the receiver of a method) as they were afterwards. */
export interface Call {
  /** `exhausted`: the stack or the memory was, which says nothing of the function. */
  how: 'returns' | 'throws' | 'exhausted';
  v: Node;
  a: Node[];
}

/** What one case showed. `given`: the arguments before the first call. */
export interface CaseSeen {
  n: number;
  given: Node[];
  calls: Call[];
}

const mostShown = 160;

/** A value as people read it, cut. */
export function showNode(node: Node, room = mostShown): string {
  const text = write(node, { left: room });
  return text.length > room ? `${text.slice(0, room)}…` : text;
}

function write(node: Node, budget: { left: number }): string {
  if (budget.left <= 0) return '…';
  const text = node === null || typeof node === 'boolean' ? String(node) : typeof node === 'string' ? JSON.stringify(node) : writeSeen(node, budget);
  budget.left -= text.length;
  return text;
}

const plainTypes = new Set(['list', 'Array', 'tuple', 'Object', 'dict', 'int', 'float', 'number']);

function writeSeen(node: Seen, budget: { left: number }): string {
  if (node.t === undefined) return `(object ${node.r})`;
  const name = plainTypes.has(node.t) ? '' : `${node.t} `;
  const parts = (nodes: readonly Node[]): string => {
    const texts: string[] = [];
    for (const part of nodes) {
      if (budget.left <= 0) return `${texts.join(', ')}, …`;
      texts.push(write(part, budget));
    }
    return texts.join(', ');
  };
  if (node.l !== undefined) return node.t === 'tuple' ? `(${parts(node.l)})` : `${name}[${parts(node.l)}]`;
  if (node.u !== undefined) return `${name}{${parts(node.u)}}`;
  if (node.x !== undefined) return `${name}[${node.x.slice(0, budget.left)}]`;
  if (node.e !== undefined) {
    const texts: string[] = [];
    for (const [key, value] of node.e) {
      if (budget.left <= 0) return `${name}{${texts.join(', ')}, …}`;
      texts.push(`${write(key, budget)}: ${write(value, budget)}`);
    }
    return `${name}{${texts.join(', ')}}`;
  }
  return node.v === undefined ? node.t : `${name}${node.v}`;
}
