import type { SgNode } from '@ast-grep/napi';
import { all } from '../../propose/source/tree.js';
import type { Definition, Extractor } from './extractor.js';
import type { SymbolKind } from './outline.js';

const typeKinds: Record<string, SymbolKind> = { class_specifier: 'class', struct_specifier: 'struct', union_specifier: 'struct', enum_specifier: 'enum', namespace_definition: 'namespace' };

export const cpp: Extractor = {
  definitionKinds: ['function_definition', 'preproc_function_def', ...Object.keys(typeKinds)],
  definition(node) {
    if (node.kind() === 'function_definition') return functionIn(node);
    const name = node.field('name')?.text();
    if (node.kind() === 'preproc_function_def') return name === undefined ? null : { name, kind: 'macro' };
    const kind = typeKinds[String(node.kind())];
    return name === undefined || kind === undefined || node.field('body') === null ? null : { name, kind };
  },
  callKinds: ['call_expression', 'new_expression'],
  call(node) {
    const callee = node.field('function') ?? node.field('type');
    if (callee === null) return null;
    if (callee.kind() === 'field_expression') {
      const field = callee.field('field');
      return field === null ? null : { name: plain(field.text()), receiver: callee.field('argument')?.text() ?? '', at: field };
    }
    if (!['identifier', 'qualified_identifier', 'template_function', 'type_identifier', 'template_type'].includes(String(callee.kind()))) return null;
    const path = qualified(callee.text());
    return { name: path.name, receiver: path.scope, at: callee };
  },
  importNodes: (root) => all(root, 'preproc_include'),
  imports(node) {
    const path = node.field('path')?.text() ?? '';
    return path === '' ? [] : [{ module: path.startsWith('"') ? path.slice(1, -1) : path, names: [{ name: '*', as: '*' }] }];
  },
};

function functionIn(node: SgNode): Definition | null {
  let declarator = node.field('declarator');
  while (declarator !== null && declarator.kind() !== 'function_declarator') declarator = declarator.field('declarator') ?? declarator.namedChildren().at(-1) ?? null;
  const written = declarator?.field('declarator')?.text();
  if (written === undefined) return null;
  const parameters = declarator?.field('parameters') ?? null;
  const { scope, name } = qualified(madeByMacro(node, written, parameters) ?? written);
  return { name, kind: 'function', owner: scope?.replaceAll('::', '.') ?? null, parameters: parameters === null ? [] : all(parameters, 'identifier').map((id) => id.text()) };
}

/** What a macro defines that looks like a function without a type: `NODE_METHOD(Backup::close) {` is Backup::close. Null for others. */
function madeByMacro(node: SgNode, written: string, parameters: SgNode | null): string | null {
  if (!/^[A-Z][A-Z0-9_]+$/.test(written) || node.field('type') !== null) return null;
  const [only, ...more] = parameters?.namedChildren() ?? [];
  return only !== undefined && more.length === 0 && /^[\w:]+$/.test(only.text()) ? only.text() : null;
}

/** `ns::Type<int>::run<4>` is run in ns::Type. */
function qualified(written: string): { scope: string | null; name: string } {
  const path = plain(written.replace(/\s+/g, '')).replace(/^::/, '');
  const cut = path.lastIndexOf('::');
  return cut === -1 ? { scope: null, name: path } : { scope: path.slice(0, cut), name: path.slice(cut + 2) };
}

/** Without template arguments. */
function plain(name: string): string {
  if (name.includes('operator')) return name;
  let depth = 0;
  let kept = '';
  for (const character of name) {
    if (character === '<') depth += 1;
    else if (character === '>') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += character;
  }
  return kept;
}

/** What the grammar of C++ does not know of CUDA, blanked out so that offsets stay: launch configurations and attributes. */
export function withoutCuda(text: string): string {
  return text.replaceAll(/<<<[^;{}]{0,500}?>>>|\b__(?:global|device|host|shared|constant|managed|forceinline|noinline|restrict)__|\b__launch_bounds__\s*\([^()]{0,200}\)/g, (part) => part.replaceAll(/[^\n\r]/g, ' '));
}
