import type { SgNode } from '@ast-grep/napi';
import type { NativeDialect } from '../source/parse.js';
import { all, endOf, lineOf, startOf } from '../source/tree.js';

export const nativeFunctionKinds: Record<NativeDialect, string[]> = { cpp: ['function_definition'], rust: ['function_item'], go: ['function_declaration', 'method_declaration'] };

/** Profilers may give the line of a return type or an attribute. */
const tolerance = 2;

/**
 * The function that a profile names, by its name without scope, parameters and what compilers add, and by a line in it:
 * one of that name that the line is in, or that begins up to two lines off; else the only one of that name; else, since
 * the code of an inlined function has the name of another, the innermost one that the line is in.
 */
export function locateNative(root: SgNode, dialect: NativeDialect, name: string, line: number): SgNode | null {
  const functions = all(root, ...nativeFunctionKinds[dialect]).filter((node) => node.field('body') !== null);
  const wanted = bareName(dialect, name);
  const named = functions.filter((node) => nativeNameOf(node) === wanted);
  const holds = (node: SgNode): boolean => lineOf(node) <= line && node.range().end.line + 1 >= line;
  const near = named.find(holds) ?? named.find((node) => Math.abs(lineOf(node) - line) <= tolerance) ?? (named.length === 1 ? named[0] : undefined);
  if (near !== undefined) return near;
  return functions.filter(holds).sort((a, b) => endOf(a) - startOf(a) - (endOf(b) - startOf(b)))[0] ?? null;
}

/** `run` of `void ns::Engine::run<int>()`; null where the grammar shows no name. */
export function nativeNameOf(node: SgNode): string | null {
  let at = node.field('name') ?? node.field('declarator');
  while (at !== null && !['identifier', 'field_identifier'].includes(String(at.kind()))) at = at.field('name') ?? at.field('declarator') ?? at.namedChildren().at(-1) ?? null;
  return at?.text() ?? null;
}

/** The name as it stands in the source, of one as a linker or a profiler writes it. */
function bareName(dialect: NativeDialect, name: string): string {
  if (dialect === 'go') {
    // `example.org/pkg.(*Type).run.func1.2` is a closure in run.
    const parts = name.slice(name.lastIndexOf('/') + 1).replace(/\[\.\.\.\]/g, '').split('.').filter((part) => !/^(?:func\d+|\d+|gowrap\d+|deferwrap\d+)$/.test(part));
    return parts.at(-1) ?? '';
  }
  const withoutSuffix = name.replace(/\s*\[clone [^\]]*\]/g, '').replace(/\.(?:isra|constprop|part|cold|lto_priv)\b.*$/, '').replace(/::h[0-9a-f]{16}$/, '').replace(/(?:::\{\{?closure\}?\}(?:#\d+)?)+$/, '');
  const shallow = outside(outside(withoutSuffix, '<', '>'), '(', ')').replace(/\s+(?:const|volatile|&|&&)*$/, '');
  return shallow.split(/::|\s/).findLast((part) => part !== '') ?? '';
}

/** The text that is not between the marks. */
function outside(text: string, open: string, close: string): string {
  let depth = 0;
  let kept = '';
  for (const character of text) {
    if (character === open) depth += 1;
    else if (character === close) depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += character;
  }
  return kept;
}
