import { posix } from 'node:path';
import { resolveImport } from '../../workspace/survey/imports.js';
import type { ScanLanguage } from '../language.js';
import type { SourceTree } from '../source-tree.js';

export interface ImportPlace {
  from: string;
  module: string;
  language: ScanLanguage;
}

const known = new WeakMap<SourceTree, Map<string, string[]>>();

/** The files of the repository that an import of a file means; none where it comes from outside, or cannot be told. */
export function moduleFiles(tree: SourceTree, place: ImportPlace): string[] {
  const answers = known.get(tree) ?? new Map<string, string[]>();
  known.set(tree, answers);
  const key = `${place.from}\0${place.module}`;
  const files = answers.get(key) ?? resolve(tree, place);
  answers.set(key, files);
  return files;
}

function resolve(tree: SourceTree, { from, module, language }: ImportPlace): string[] {
  if (language === 'c++') return included(tree, from, module);
  if (language === 'go') return packageFiles(tree, module);
  if (language === 'rust') return rustFiles(tree, from, module);
  const file = resolveImport(module, from, tree.paths);
  return file === null ? [] : [file];
}

/** Whether an import surely comes from outside of the repository. */
export function isOutside(tree: SourceTree, { from, module, language }: ImportPlace): boolean {
  if (moduleFiles(tree, { from, module, language }).length > 0) return false;
  if (language === 'c++') return module.startsWith('<');
  if (language === 'rust') return !/^(?:crate|self|super)\b/.test(module) && !tree.files.some(({ path }) => path.endsWith(`/${module.split('::')[0] ?? ''}.rs`));
  return !module.startsWith('.');
}

/** Beside the file, from the root, or the one file whose path ends so. */
function included(tree: SourceTree, from: string, module: string): string[] {
  const name = module.replace(/^<|>$/g, '');
  const near = [posix.join(posix.dirname(from), name), name, `include/${name}`, `src/${name}`].map((path) => posix.normalize(path)).find((path) => tree.has(path));
  if (near !== undefined) return [near];
  const ending = `/${name.replace(/^(?:\.\.?\/)+/, '')}`;
  const far = tree.files.filter(({ path }) => path.endsWith(ending));
  return far.length === 1 ? far.map(({ path }) => path) : [];
}

/** By the module paths that the go.mod files name. */
function packageFiles(tree: SourceTree, module: string): string[] {
  for (const { path } of tree.files.filter((file) => posix.basename(file.path) === 'go.mod')) {
    const own = /^\s*module\s+"?([^\s"]+)/m.exec(tree.text(path) ?? '')?.[1];
    if (own === undefined || (module !== own && !module.startsWith(`${own}/`))) continue;
    const folder = posix.normalize(posix.join(posix.dirname(path), module.slice(own.length)));
    const files = goFiles(tree, folder.replace(/^\.\//, ''));
    if (files.length > 0) return files;
  }
  return [];
}

/** The files of a package: those of its folder, but for tests. */
export function goFiles(tree: SourceTree, folder: string): string[] {
  return tree.files.filter(({ path, language }) => language === 'go' && posix.dirname(path) === folder && !path.endsWith('_test.go')).map(({ path }) => path);
}

/** `crate::a::b` is src/a/b.rs or src/a/b/mod.rs, or something in src/a.rs. */
function rustFiles(tree: SourceTree, from: string, module: string): string[] {
  const [first = '', ...rest] = module.split('::');
  const own = rustFolder(from);
  if (first === 'crate') return rustPath(tree, crateRoot(tree, from), rest);
  if (first === 'self') return rustPath(tree, own, rest);
  if (first === 'super') {
    const ups = ['super', ...rest].findIndex((part) => part !== 'super');
    const count = ups === -1 ? rest.length + 1 : ups;
    let folder = own;
    for (let up = 0; up < count; up += 1) folder = posix.dirname(folder);
    return rustPath(tree, folder, ['super', ...rest].slice(count));
  }
  // A module beside, or a name of this file.
  return rustPath(tree, own, [first, ...rest], 1);
}

function rustPath(tree: SourceTree, folder: string, parts: readonly string[], least = 0): string[] {
  for (let length = parts.length; length >= least; length -= 1) {
    const at = posix.normalize(posix.join(folder, ...parts.slice(0, length)));
    const file = [`${at}.rs`, `${at}/mod.rs`, ...(length === 0 ? [`${at}/lib.rs`, `${at}/main.rs`] : [])].find((path) => tree.has(path));
    if (file !== undefined) return [file];
  }
  return [];
}

/** Where the modules of a file stand: beside it for mod.rs, lib.rs and main.rs, else in a folder of its name. */
function rustFolder(file: string): string {
  return /(?:^|\/)(?:mod|lib|main)\.rs$/.test(file) ? posix.dirname(file) : file.replace(/\.rs$/, '');
}

function crateRoot(tree: SourceTree, from: string): string {
  for (let folder = posix.dirname(from); ; folder = posix.dirname(folder)) {
    if (tree.has(posix.join(folder, 'lib.rs')) || tree.has(posix.join(folder, 'main.rs'))) return folder;
    if (folder === '.') return posix.dirname(from);
  }
}
