import { withStepNames, withStepNamesInText } from '../expression/renamed.js';
import type { TomlNode } from './toml.js';

/**
 * The steps of a file under names that begin with that of the group which has them, so that a file can be used several
 * times: what they say of each other goes along, what they say of steps around the group stays. Of two groups of one name
 * the plan complains. O(characters).
 */
export function prefixed(steps: readonly TomlNode[], prefix: string): TomlNode[] {
  const own = new Set<string>();
  for (const step of steps) collectNames(step, own);
  const nameOf = (name: string): string => (own.has(name) ? `${prefix}.${name}` : name);
  return steps.map((step) => renamedStep(step, nameOf));
}

/** The name that a step has as it is written, its own or its type. */
export function nameOfStep(step: TomlNode): string | undefined {
  return textAt(step, 'name') ?? textAt(step, 'type');
}

export function textAt({ content }: TomlNode, key: string): string | undefined {
  const node = content.kind === 'table' ? content.entries.get(key) : undefined;
  return node?.content.kind === 'scalar' && typeof node.content.value === 'string' ? node.content.value : undefined;
}

export function itemsAt({ content }: TomlNode, key: string): readonly TomlNode[] {
  const node = content.kind === 'table' ? content.entries.get(key) : undefined;
  return node?.content.kind === 'array' ? node.content.items : [];
}

function collectNames(step: TomlNode, into: Set<string>): void {
  const name = nameOfStep(step);
  if (name !== undefined) into.add(name);
  for (const member of itemsAt(step, 'steps')) collectNames(member, into);
}

type NameOf = (name: string) => string;

function renamedStep(step: TomlNode, nameOf: NameOf): TomlNode {
  if (step.content.kind !== 'table') return step;
  const name = nameOfStep(step);
  const entries = new Map(step.content.entries);
  // A name that is no text stays, so that the schema speaks of it.
  if (name !== undefined && (!entries.has('name') || textAt(step, 'name') !== undefined)) entries.set('name', text(nameOf(name), entries.get('name')?.line ?? step.line));
  change(entries, 'needs', (needs) => eachItem(needs, (need) => eachText(need, nameOf)));
  change(entries, 'when', (when) => eachText(when, (source) => withStepNames(source, nameOf)));
  change(entries, 'question', (question) => eachText(question, (source) => withStepNamesInText(source, nameOf)));
  change(entries, 'with', (settings) => eachTextIn(settings, (source) => withStepNamesInText(source, nameOf)));
  change(entries, 'next', (next) => eachItem(next, (jump) => renamedJump(jump, nameOf)));
  change(entries, 'steps', (steps) => eachItem(steps, (member) => renamedStep(member, nameOf)));
  return { ...step, content: { kind: 'table', entries } };
}

function renamedJump(jump: TomlNode, nameOf: NameOf): TomlNode {
  if (jump.content.kind !== 'table') return jump;
  const entries = new Map(jump.content.entries);
  change(entries, 'to', (to) => eachText(to, nameOf));
  change(entries, 'when', (when) => eachText(when, (source) => withStepNames(source, nameOf)));
  return { ...jump, content: { kind: 'table', entries } };
}

function change(entries: Map<string, TomlNode>, key: string, to: (node: TomlNode) => TomlNode): void {
  const node = entries.get(key);
  if (node !== undefined) entries.set(key, to(node));
}

function eachItem(list: TomlNode, to: (item: TomlNode) => TomlNode): TomlNode {
  return list.content.kind === 'array' ? { ...list, content: { kind: 'array', items: list.content.items.map(to) } } : list;
}

function eachTextIn(node: TomlNode, to: NameOf): TomlNode {
  const { content } = node;
  if (content.kind === 'scalar') return eachText(node, to);
  if (content.kind === 'array') return eachItem(node, (item) => eachTextIn(item, to));
  return { ...node, content: { kind: 'table', entries: new Map([...content.entries].map(([key, value]) => [key, eachTextIn(value, to)])) } };
}

function eachText(node: TomlNode, to: NameOf): TomlNode {
  return node.content.kind === 'scalar' && typeof node.content.value === 'string' ? text(to(node.content.value), node.line) : node;
}

export function text(value: string, line: number): TomlNode {
  return { line, content: { kind: 'scalar', value } };
}
