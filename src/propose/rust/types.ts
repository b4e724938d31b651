import type { SgNode } from '@ast-grep/napi';

/** The type that a value tells by itself; `_` stands for what it leaves open. */
export function typeOfValue(value: SgNode): string | null {
  const text = value.text().replace(/\s+/g, '');
  if (/^(?:std::string::)?String::(?:new|with_capacity|from)\(/.test(text) && value.kind() === 'call_expression') return 'String';
  if (value.kind() === 'macro_invocation') return text.startsWith('format!') ? 'String' : text.startsWith('vec!') ? 'Vec<_>' : null;
  if (value.kind() !== 'call_expression') return null;
  if (/^[\w.]+\.to_string\(\)$/.test(text)) return 'String';
  const path = /^(?:std::collections::)?(Vec|HashMap|BTreeMap|HashSet|VecDeque)(?:::<.*>)?::(?:new|with_capacity)\(/.exec(text);
  return path === null ? null : `${path[1] ?? ''}<_>`;
}

/** Whether a value of the type has a `len`, by reference or not. */
export function hasLength(type: string | null): boolean {
  return type !== null && /^(?:&(?:'\w+)?(?:mut)?)?(?:\[|(?:std::collections::)?(?:Vec|VecDeque|HashMap|BTreeMap|HashSet|BTreeSet)<)/.test(type);
}

/** The element of a slice or vector; null for other types. */
export function elementOf(type: string | null): string | null {
  const match = /^(?:&(?:'\w+)?(?:mut)?)?(?:\[(.+)\]|Vec<(.+)>)$/.exec(type ?? '');
  return match === null ? null : (match[1] ?? match[2] ?? null);
}

/** Types whose equal values cannot be told apart, and which are equal, ordered and hashed by their content. */
export function isPlain(type: string | null): boolean {
  return type !== null && /^(?:[iu](?:8|16|32|64|128|size)|char|bool|String|&(?:'\w+)?str)$/.test(type);
}
