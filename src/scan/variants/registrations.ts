import type { SgNode } from '@ast-grep/napi';
import { all, lineOf } from '../../propose/source/tree.js';
import { referenceIn } from './tables.js';
import { inLine, stringIn, type Kinds, type VariantNode } from './variant.js';

/** Calls that give a name to something, by what such functions are called. */
const registers = /(?:^|[._:])(?:register\w*|add_(?:handler|command|backend|factory|plugin|route|variant)|addHandler|addCommand|REGISTER_?\w*)$/i;
/** These do so where the second argument is a function or a class. */
const mayRegister = /(?:^|[._:])(?:insert|set|def|impl|emplace|command|on|route|use|add|HandleFunc|Handle)$/;
/** Decorators with a text that names nothing. */
const notNames = /(?:^|\.)(?:parametrize|option|argument|patch|object|skip\w*|xfail|deprecated|mark|usefixtures|given|when|then|filterwarnings|format|doc|help_option|version_option)$/;

/** `@register("fast")` over a function or class, and `register("fast", fast_step)`. */
export function registrationVariants(root: SgNode, kinds: Kinds, isCallable: (name: string) => boolean): VariantNode[] {
  const decorated = kinds.decorator === null ? [] : all(root, kinds.decorator).flatMap((node) => ofDecorator(node, kinds) ?? []);
  const called = all(root, kinds.call).flatMap((node) => ofCall(node, kinds, isCallable) ?? []);
  return [...decorated, ...called];
}

function ofDecorator(node: SgNode, kinds: Kinds): VariantNode | null {
  const [what] = node.namedChildren();
  const isCall = what?.kind() === kinds.call;
  const callee = inLine((isCall ? what?.field('function')?.text() : what?.text()) ?? '');
  const owner = node.parent();
  const next = node.next();
  const target = (owner?.field('definition') ?? owner)?.field('name')?.text() ?? next?.field('name')?.text() ?? null;
  const line = lineOf(node);
  if (!isCall) return registers.test(callee) && target !== null ? { registry: callee, key: target, target, kind: 'decorator', line } : null;
  const args = what?.field('arguments')?.namedChildren() ?? [];
  const key = args.map((one) => stringIn(one.kind() === 'keyword_argument' && /^(?:name|key|id)$/.test(one.field('name')?.text() ?? '') ? one.field('value') : one, kinds)).find((text) => text !== null);
  return key === undefined || notNames.test(callee) ? null : { registry: callee, key, target, kind: 'decorator', line };
}

function ofCall(node: SgNode, kinds: Kinds, isCallable: (name: string) => boolean): VariantNode | null {
  if (node.parent()?.kind() === 'decorator') return null;
  const callee = inLine(node.field('function')?.text() ?? '');
  const isSure = registers.test(callee);
  if (!isSure && !mayRegister.test(callee)) return null;
  const args = (node.field('arguments')?.namedChildren() ?? []).filter((one) => one.kind() !== 'comment');
  const at = args.findIndex((one) => stringIn(one, kinds) !== null);
  const key = stringIn(args[at], kinds);
  if (key === null || (!isSure && at !== 0)) return null;
  const others = args.filter((_, index) => index !== at);
  const target = others.map((one) => referenceIn(one, isCallable)).find((text) => text !== null) ?? (isSure && others[0] !== undefined ? inLine(others[0].text()) : null);
  return target === null && !isSure ? null : { registry: callee, key, target, kind: 'registration', line: lineOf(node) };
}
