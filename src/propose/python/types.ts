import type { SgNode } from '@ast-grep/napi';
import { same } from '../source/tree.js';
import { methodCall, nameCall, type PyFunction } from './function.js';

/** What is known of a value without running anything. `hashable` covers text and numbers too where it is not known which. */
export type Known = 'text' | 'number' | 'hashable' | null;

const textMethods = new Set(['lower', 'upper', 'strip', 'lstrip', 'rstrip', 'format', 'title', 'capitalize', 'casefold', 'zfill']);
/** Methods of texts that other things have too: `dataclasses.replace(item, x=1)`, `frame.join(other)`, `tokenizer.encode(text)`, which gives a list. */
const sharedMethods = new Set(['replace', 'join', 'decode', 'encode']);
const textBuiltins = new Set(['str', 'repr', 'chr', 'hex', 'bin', 'oct', 'ascii']);
const numberBuiltins = new Set(['int', 'float', 'len', 'ord', 'abs', 'round', 'hash', 'id']);
const textTypes = new Set(['str', 'bytes']);
const numberTypes = new Set(['int', 'float', 'bool']);

/** The type of an expression in the hot function, as far as its text tells. Annotations are believed. */
export function typeOf(fn: PyFunction, node: SgNode, depth = 0): Known {
  if (depth > 6) return null;
  switch (String(node.kind())) {
    case 'string':
    case 'concatenated_string':
      return 'text';
    case 'integer':
    case 'float':
    case 'true':
    case 'false':
      return 'number';
    case 'none':
      return 'hashable';
    case 'parenthesized_expression':
      return typeOf(fn, node.namedChildren()[0] as SgNode, depth + 1);
    case 'tuple':
      return node.namedChildren().every((item) => typeOf(fn, item, depth + 1) !== null) ? 'hashable' : null;
    case 'identifier':
      return typeOfName(fn, node.text(), depth + 1);
    case 'call': {
      const call = nameCall(node);
      if (call !== null && fn.areBuiltin(call.name)) return textBuiltins.has(call.name) ? 'text' : numberBuiltins.has(call.name) ? 'number' : null;
      return isTextMethod(fn, node, depth) ? 'text' : null;
    }
    default:
      return null;
  }
}

function isTextMethod(fn: PyFunction, node: SgNode, depth: number): boolean {
  const call = methodCall(node);
  if (call === null) return false;
  return textMethods.has(call.method) || (sharedMethods.has(call.method) && (call.receiver.text() === 'os.path' || typeOf(fn, call.receiver, depth + 1) === 'text'));
}

function typeOfName(fn: PyFunction, name: string, depth: number): Known {
  const types = new Set<Known>();
  for (const use of fn.uses(name)) {
    if (use.role === 'foreign' || (use.deferred && use.role === 'write')) return null;
    if (use.role === 'declare') types.add(annotated(use.node));
    if (use.role === 'write') types.add(typeOfBinding(fn, use.node, depth));
  }
  const [only] = types;
  if (types.size === 0 || types.has(null) || only === undefined) return null;
  return types.size === 1 ? only : 'hashable';
}

function annotated(id: SgNode): Known {
  const type = id.parent()?.field('type')?.text() ?? '';
  return textTypes.has(type) ? 'text' : numberTypes.has(type) ? 'number' : null;
}

function typeOfBinding(fn: PyFunction, id: SgNode, depth: number): Known {
  const parent = id.parent();
  if (parent === null) return null;
  if (parent.kind() === 'assignment') {
    const right = parent.field('right');
    return right === null ? annotated(id) : typeOf(fn, right, depth);
  }
  if (parent.kind() === 'augmented_assignment') return parent.field('operator')?.text() === '+=' ? typeOf(fn, parent.field('right') as SgNode, depth) : null;
  if (parent.kind() === 'for_statement' || parent.kind() === 'for_in_clause') return elementType(fn, parent.field('right') as SgNode, depth);
  const isPair = parent.kind() === 'pattern_list' || parent.kind() === 'tuple_pattern';
  const loop = parent.parent();
  if (!isPair || (loop?.kind() !== 'for_statement' && loop?.kind() !== 'for_in_clause')) return null;
  const place = parent.namedChildren().findIndex((child) => same(child, id));
  const over = loop.field('right') as SgNode;
  if (nameCall(over)?.name === 'enumerate') return place === 0 ? 'number' : elementType(fn, nameCall(over)?.args[0] as SgNode, depth);
  return methodCall(over)?.method === 'items' && place === 0 ? 'hashable' : null;
}

/** The type of what a loop over the expression gives. */
function elementType(fn: PyFunction, over: SgNode, depth: number): Known {
  if (depth > 6) return null;
  if (typeOf(fn, over, depth + 1) === 'text') return 'hashable';
  const call = nameCall(over);
  if (call !== null && fn.areBuiltin(call.name)) {
    if (call.name === 'range') return 'number';
    const inner = call.args[0];
    if (['set', 'frozenset'].includes(call.name)) return 'hashable';
    return ['sorted', 'list', 'tuple', 'reversed'].includes(call.name) && inner !== undefined ? elementType(fn, inner, depth + 1) : null;
  }
  const method = methodCall(over)?.method;
  if (method === 'split' || method === 'splitlines') return 'text';
  if (method === 'keys') return 'hashable';
  if (over.kind() === 'set' || over.kind() === 'set_comprehension' || over.kind() === 'dictionary') return 'hashable';
  if (over.kind() === 'list' || over.kind() === 'tuple') {
    const types = over.namedChildren().map((item) => typeOf(fn, item, depth + 1));
    return types.length > 0 && !types.includes(null) ? 'hashable' : null;
  }
  if (over.kind() !== 'identifier') return null;
  return elementTypeOfName(fn, over.text(), depth + 1);
}

function elementTypeOfName(fn: PyFunction, name: string, depth: number): Known {
  const parameter = fn.uses(name).find((use) => use.role === 'declare' && !use.deferred)?.node;
  if (parameter !== undefined) {
    const inner = /^(?:[Ll]ist|[Ss]equence|[Ii]terable|[Ss]et|[Ff]rozenset|[Dd]ict|[Cc]ollection|tuple)\[(\w+)/.exec(parameter.parent()?.field('type')?.text() ?? '')?.[1] ?? '';
    const isOnly = fn.uses(name).every((use) => use.role !== 'write');
    return isOnly && textTypes.has(inner) ? 'text' : isOnly && numberTypes.has(inner) ? 'number' : null;
  }
  const values = fn.assignedValues(name);
  if (values === null || values.length === 0) return null;
  const types = values.map((value) => elementType(fn, value, depth));
  return types.includes(null) || fn.uses(name).some((use) => use.role === 'mutate' || use.role === 'escape') ? null : 'hashable';
}
