import type { CaseSeen, Node } from './observation.js';

const mostNamed = 5;

/** The types of values of which something cannot be seen, by name; null where all was seen. */
export function unseenText(cases: readonly CaseSeen[]): string | null {
  const found = new Set<string>();
  for (const { given, calls } of cases) for (const node of [...given, ...calls.flatMap(({ v, a }) => [v, ...a])]) addUnseen(node, found);
  const names = [...found].sort();
  return names.length === 0 ? null : `${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''}`;
}

function addUnseen(node: Node, found: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  if (node.o === true) found.add(node.t ?? 'an object');
  for (const parts of [node.l, node.u]) for (const part of parts ?? []) addUnseen(part, found);
  for (const [key, value] of node.e ?? []) {
    addUnseen(key, found);
    addUnseen(value, found);
  }
  for (const [, value] of node.p ?? []) addUnseen(value, found);
}
