import type { SgNode } from '@ast-grep/napi';
import { nativeNameOf } from '../native/names.js';
import { sourceFile, type SourceFile } from '../source/file.js';
import { all } from '../source/tree.js';
import type { Sources } from '../torch/sources.js';
import { usesStd } from './includes.js';
import { plainType } from './types.js';

/** A class or struct as it is defined. */
export interface CppRecord {
  /** Types of the members that are values, as `plainType` writes them. */
  members: ReadonlyMap<string, string>;
  /** Whether it is nothing but such members, so that the compiler copies it member by member. */
  isPlain: boolean;
}

/** What the files of a repository tell of names that a C++ file uses: read when asked, each file parsed once. */
export class CppProgram {
  readonly #files = new Map<string, SourceFile | null>();
  readonly #records = new Map<string, CppRecord | null>();
  readonly #definitions = new Map<string, { file: SourceFile; node: SgNode }[]>();
  #seen: ReadonlySet<string> | null = null;

  constructor(private readonly path: string, private readonly sources: Sources) {}

  /** All functions of the name that a file of the repository defines. */
  definitions(name: string): readonly { file: SourceFile; node: SgNode }[] {
    const known = this.#definitions.get(name);
    if (known !== undefined) return known;
    const found = this.#parsed(new RegExp(String.raw`\b${name}\s*\(`), this.sources.cppFiles()).flatMap((file) => all(file.root, 'function_definition').filter((node) => nativeNameOf(node) === name && node.field('body') !== null).map((node) => ({ file, node })));
    this.#definitions.set(name, found);
    return found;
  }

  /** The class or struct of the name; null where the files that this one includes define none, or the repository several. */
  record(name: string): CppRecord | null {
    const known = this.#records.get(name);
    if (known !== undefined) return known;
    const pattern = new RegExp(String.raw`\b(?:struct|class)\s+${name}\b`);
    const find = (files: readonly string[]): CppRecord[] => this.#parsed(pattern, files).flatMap((file) => all(file.root, 'struct_specifier', 'class_specifier').filter((node) => node.field('name')?.text() === name && node.field('body') !== null).map((node) => recordOf(node, usesStd(file.root))));
    const [only, ...others] = find(this.sources.cppFiles());
    const record = only === undefined || others.length > 0 || find([...this.#included()]).length === 0 ? null : only;
    this.#records.set(name, record);
    return record;
  }

  #parsed(mentions: RegExp, files: readonly string[]): SourceFile[] {
    return files.flatMap((path) => {
      const text = this.sources.read(path);
      if (text === null || !mentions.test(text)) return [];
      const file = this.#files.get(path) ?? sourceFile(text, 'cpp');
      this.#files.set(path, file);
      return [file];
    });
  }

  /** This file and those of the repository that it includes, told by their names without folders: where compilers look for them is not known. */
  #included(): ReadonlySet<string> {
    if (this.#seen !== null) return this.#seen;
    const seen = new Set([this.path]);
    for (const path of seen) {
      for (const [, named = ''] of (this.sources.read(path) ?? '').matchAll(/^\s*#\s*include\s*"(?:[^"\n]*\/)?([^"/\n]+)"/gm)) for (const file of this.sources.cppFiles()) if (file === named || file.endsWith(`/${named}`)) seen.add(file);
    }
    return (this.#seen = seen);
  }
}

/** What stands between the members of a struct without being one. */
const betweenMembers = new Set(['comment', 'access_specifier']);

function recordOf(node: SgNode, isStd: boolean): CppRecord {
  const members = new Map<string, string>();
  const parts = (node.field('body')?.namedChildren() ?? []).filter((child) => !betweenMembers.has(String(child.kind())));
  let isPlain = node.children().every((child) => child.kind() !== 'base_class_clause') && node.parent()?.kind() !== 'template_declaration';
  for (const part of parts) {
    const declarators = part.namedChildren().filter((child) => String(child.kind()).endsWith('declarator') || child.kind() === 'field_identifier');
    const type = part.field('type');
    const isStatic = part.children().some((child) => child.kind() === 'storage_class_specifier');
    if (part.kind() !== 'field_declaration' || type === null || isStatic || declarators.length === 0 || declarators.some((child) => child.kind() !== 'field_identifier')) isPlain = false;
    if (part.kind() === 'field_declaration' && type !== null) for (const child of declarators) if (child.kind() === 'field_identifier') members.set(child.text(), plainType(type.text(), isStd));
  }
  return { members, isPlain };
}
