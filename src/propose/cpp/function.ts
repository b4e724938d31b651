import type { SgNode } from '@ast-grep/napi';
import { NativeFunction, type NativeKinds } from '../native/function.js';
import type { SourceFile } from '../source/file.js';
import { all, same, within } from '../source/tree.js';
import { usesStd } from './includes.js';
import type { CppProgram } from './program.js';
import { elementOf, plainType } from './types.js';

const kinds: NativeKinds = {
  functions: ['function_definition'],
  closures: ['lambda_expression'],
  loops: ['for_statement', 'for_range_loop', 'while_statement', 'do_statement'],
  blocks: ['compound_statement'],
  // `Keeper k(s);` is read as the declaration of a function with a parameter of type `s`.
  variables: ['identifier', 'type_identifier'],
};

/** Where a variable of the function comes from. */
export interface CppBinding {
  kind: 'parameter' | 'local' | 'range';
  id: SgNode;
  /** The declaration, parameter or loop. */
  node: SgNode;
  /** Without white space, `std::`, `const` and what makes it a reference or pointer; `?` stands before names of the standard library that may not be it. */
  type: string;
  /** The type as written, without qualifiers. */
  written: string;
  isConst: boolean;
  isStatic: boolean;
  /** `&`, `&&`, `*`, `[]`, or nothing for a value. */
  indirection: string;
  /** The initializer: an expression, `(…)` or `{…}`. */
  value: SgNode | null;
}

/** A hot function of C++. */
export class CppFunction extends NativeFunction<CppBinding> {
  readonly family = 'cpp';
  readonly usesStd: boolean;
  readonly #file: SourceFile;

  /** `program`: the files around, where they can be asked. */
  constructor(file: SourceFile, hot: SgNode, readonly program: CppProgram | null = null) {
    super(file, hot, kinds);
    this.#file = file;
    this.usesStd = usesStd(file.root);
  }

  /** Another function, of this file where no other is named. */
  other(node: SgNode, file = this.#file): CppFunction {
    return new CppFunction(file, node, this.program);
  }

  /** The type of a member that is a value, of the class that this is a method of; null where the function declares the name itself. */
  memberType(name: string): string | null {
    const owner = classOf(this.hot);
    return owner === null || this.uses(name).some((use) => this.isDeclaration(use)) ? null : (this.program?.record(owner)?.members.get(name) ?? null);
  }

  /** Conditional compilation and pragmas change what the code means in ways that its tree does not show. */
  get isPlain(): boolean {
    return !all(this.hot, 'preproc_if', 'preproc_ifdef', 'preproc_call', 'preproc_def', 'preproc_function_def', 'goto_statement').some((node) => within(node, this.hot));
  }

  protected bindingAt(use: SgNode): CppBinding | null {
    return bindingAt(this, use);
  }

  /** Whether the place declares the name. */
  isDeclaration(use: SgNode): boolean {
    return bindingAt(this, use) !== null;
  }

  /** Whether the region declares the name at this place and nowhere else, so that in it no other variable is meant. */
  isOnlyDeclaration(id: SgNode, region: SgNode): boolean {
    return this.usesIn(id.text(), region).filter((use) => this.isDeclaration(use)).every((use) => same(use, id)) && this.isDeclaration(id);
  }

  /** The type of a variable that is a value of the function or a reference; null of others. */
  typeOf(name: string): string | null {
    const binding = this.binding(name);
    return binding === null || !['', '&', '&&'].includes(binding.indirection) ? null : binding.type;
  }

  /** Whether the variable is one of the function's own, so that nobody else knows it before its address is taken. */
  isOwnValue(name: string): boolean {
    const binding = this.binding(name);
    return binding !== null && binding.indirection === '' && !binding.isStatic;
  }
}

/** `Index` of `void ns::Index::add()`, and of what is defined in `struct Index`; null of other functions. */
function classOf(hot: SgNode): string | null {
  const scope = hot.field('declarator')?.kind() === 'function_declarator' ? hot.field('declarator')?.field('declarator') : all(hot.field('declarator') ?? hot, 'function_declarator')[0]?.field('declarator');
  if (scope?.kind() === 'qualified_identifier') return /(\w+)(?:<[^<>]*>)?::~?[^:]*$/.exec(scope.text())?.[1] ?? null;
  for (let at = hot.parent(); at !== null; at = at.parent()) if (['struct_specifier', 'class_specifier'].includes(String(at.kind()))) return at.field('name')?.text() ?? null;
  return null;
}

const declarators = new Set(['reference_declarator', 'pointer_declarator', 'array_declarator', 'init_declarator', 'structured_binding_declarator', 'function_declarator', 'parenthesized_declarator']);

function bindingAt(fn: CppFunction, id: SgNode): CppBinding | null {
  let at = id;
  let indirection = '';
  let value: SgNode | null = null;
  let parent = at.parent();
  for (; parent !== null && declarators.has(String(parent.kind())); at = parent, parent = at.parent()) {
    const kind = String(parent.kind());
    if (kind === 'init_declarator') {
      if (!same(parent.field('declarator'), at)) return null;
      value = parent.field('value');
    } else if (kind === 'array_declarator') {
      if (!same(parent.field('declarator'), at)) return null;
      indirection += '[]';
    } else if (kind === 'reference_declarator') indirection += parent.text().startsWith('&&') ? '&&' : '&';
    else if (kind === 'pointer_declarator') indirection += '*';
    else if (kind === 'structured_binding_declarator') indirection += '[,]';
    else return null;
  }
  const kind = String(parent?.kind());
  if (parent === null || !['declaration', 'parameter_declaration', 'optional_parameter_declaration', 'for_range_loop'].includes(kind)) return null;
  const type = parent.field('type');
  if (type === null || within(id, type) || same(parent.field('right'), at) || same(parent.field('body'), at) || same(parent.field('default_value'), at)) return null;
  const isElement = kind === 'for_range_loop' && type.text() === 'auto' && !indirection.includes('[,]');
  const over = isElement ? parent.field('right') : null;
  const element = over?.kind() === 'identifier' && over.text() !== id.text() ? elementOf(fn.typeOf(over.text())) : null;
  const qualifiers = parent.namedChildren().filter((child) => ['type_qualifier', 'storage_class_specifier'].includes(String(child.kind()))).map((child) => child.text());
  return {
    kind: kind === 'declaration' ? 'local' : kind === 'for_range_loop' ? 'range' : 'parameter',
    id, node: parent, type: element ?? plainType(type.text(), fn.usesStd), written: type.text(), isConst: qualifiers.includes('const') || qualifiers.includes('constexpr'), isStatic: qualifiers.some((word) => ['static', 'thread_local', 'extern'].includes(word)), indirection, value,
  };
}
