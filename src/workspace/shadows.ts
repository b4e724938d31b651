import { posix } from 'node:path';
import type { Repository } from './repository.js';
import { cHeaders, pythonModules } from './known-modules.js';
import { importsOf } from './survey/imports.js';

interface Files {
  /** Paths of the version before. */
  before: readonly string[];
  /** Paths that are new. */
  added: readonly string[];
}

/**
 * New files that stand where another module is looked for: of a standard library, of an installed package, of a test
 * framework, or of the repository itself. By path, with what they stand for.
 */
export async function shadows(repository: Pick<Repository, 'readFileAt'>, base: string, files: Files): Promise<Map<string, string>> {
  const external = await externalPythonModules(repository, base, files);
  return new Map([...shadowsInPython(files, external), ...shadowsInNode(files), ...shadowsOfHeaders(files)]);
}

const isPython = (path: string): boolean => /\.(?:py|pyi|pyd|so|pyc)$/.test(path);

/** What the base imports and does not hold itself: installed packages. */
async function externalPythonModules(repository: Pick<Repository, 'readFileAt'>, base: string, { before, added }: Files): Promise<ReadonlySet<string>> {
  if (!added.some(isPython)) return new Set();
  const own = new Set(before.filter((path) => path.endsWith('.py')).flatMap((path) => path.split('/').map((part) => part.replace(/\.py$/, ''))));
  const names = new Set<string>();
  for (const path of before.filter((name) => name.endsWith('.py')).slice(0, 2000)) {
    for (const name of importsOf((await repository.readFileAt(base, path)).toString('utf8'), 'python')) {
      const [top = ''] = name.split('.');
      if (top !== '' && !own.has(top)) names.add(top);
    }
  }
  return names;
}

function shadowsInPython({ before, added }: Files, external: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>();
  const all = new Set([...before, ...added]);
  const isPackage = (folder: string): boolean => all.has(posix.join(folder, '__init__.py'));
  const old = new Set(before);
  /** Folders that are no package, in which the interpreter may look, with the top-level modules that the base has there. */
  const provided = new Map<string, string>();
  for (const path of before.filter(isPython)) {
    const [folder, name] = topModule(path, isPackage);
    provided.set(`${name}\0${folder}`, path);
  }
  for (const path of added.filter(isPython)) {
    const folder = posix.dirname(path);
    const stem = posix.basename(path).split('.')[0] ?? '';
    // A package goes before a module of its name, and both before a folder without `__init__.py`.
    if (stem === '__init__') {
      const module = `${folder}.py`;
      if (old.has(module)) found.set(path, `it stands before ${module}`);
      else if (before.some((other) => other.startsWith(`${folder}/`) && other.endsWith('.py'))) found.set(path, `it makes a package of ${folder}`);
    } else if (before.some((other) => other.startsWith(`${posix.join(folder, stem)}/`) && other.endsWith('.py'))) found.set(path, `it stands beside the folder ${posix.join(folder, stem)}`);
    else if (!path.endsWith('.pyi') && before.some((other) => posix.dirname(other) === folder && isPython(other) && posix.basename(other).split('.')[0] === stem)) found.set(path, `it stands beside another module ${stem}`);
    if (found.has(path)) continue;
    const [root, name] = topModule(path, isPackage);
    if (pythonModules.has(name)) found.set(path, `it stands before the module ${name} of the standard library or of a test framework`);
    else if (external.has(name)) found.set(path, `it stands before the installed package ${name}`);
    else if (importRoots.has(root)) {
      const other = [...provided].find(([key]) => key.startsWith(`${name}\0`) && key !== `${name}\0${root}`);
      if (other !== undefined) found.set(path, `it has the name of the module ${other[1]}`);
    }
  }
  return found;
}

/** Where interpreters and test runners look by themselves. */
const importRoots = new Set(['.', 'src', 'lib', 'python']);

/** The folder that the interpreter finds a file from, and the name of the module or package that it belongs to there. */
function topModule(path: string, isPackage: (folder: string) => boolean): [folder: string, name: string] {
  let folder = posix.dirname(path);
  let name = posix.basename(path).split('.')[0] ?? '';
  while (folder !== '.' && isPackage(folder)) {
    name = posix.basename(folder);
    folder = posix.dirname(folder);
  }
  return [folder, name];
}

/** In which order Node, TypeScript and bundlers try the endings of a name that is imported without one; '/' is a folder with an index. */
const orders = [['', '.js', '.json', '.node', '/'], ['.ts', '.tsx', '.d.ts', '.js', '.jsx', '/'], ['.mjs', '.js', '.mts', '.ts', '.jsx', '.tsx', '.json']];
const endings = [...new Set(orders.flat())].filter((ending) => ending !== '' && ending !== '/').toSorted((a, b) => b.length - a.length);

function shadowsInNode({ before, added }: Files): Map<string, string> {
  const byStem = new Map<string, { path: string; ending: string }[]>();
  const add = (stem: string, entry: { path: string; ending: string }): void => void byStem.set(stem, [...(byStem.get(stem) ?? []), entry]);
  for (const path of before) for (const [stem, ending] of namesOf(path)) add(stem, { path, ending });
  const found = new Map<string, string>();
  for (const path of added) {
    for (const [stem, ending] of namesOf(path)) {
      const later = (byStem.get(stem) ?? []).find((other) => orders.some((order) => order.includes(ending) && order.includes(other.ending) && order.indexOf(ending) < order.indexOf(other.ending)));
      if (later !== undefined && !(ending === '' && !isCode(later.path))) found.set(path, `it is found before ${later.path} where that is imported without its ending`);
    }
  }
  return found;
}

const isCode = (path: string): boolean => /\.(?:[cm]?[jt]sx?|json|node)$/.test(path);

/** The names under which a file can be imported: without its ending, and by its folder where it is an index. */
function namesOf(path: string): [stem: string, ending: string][] {
  const ending = endings.find((one) => path.endsWith(one)) ?? '';
  if (ending === '' && posix.basename(path).includes('.')) return [];
  const stem = path.slice(0, path.length - ending.length);
  return [[stem, ending], ...(posix.basename(stem) === 'index' && ending !== '' ? [[posix.dirname(stem), '/'] satisfies [string, string]] : [])];
}

/** `#include <vector>` finds a file of the repository first where its folder is on the include path. */
function shadowsOfHeaders({ added }: Files): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of added) {
    const name = posix.basename(path);
    const long = posix.join(posix.basename(posix.dirname(path)), name);
    const header = [long, name].find((one) => cHeaders.has(one));
    if (header !== undefined && (name.includes('.') || !isTextFolder(path))) found.set(path, `it stands before the header <${header}>`);
  }
  return found;
}

/** A script or a text without an ending, such as `docs/list`, is no header. */
const isTextFolder = (path: string): boolean => /(?:^|\/)(?:docs?|scripts?|bin|tools)\//.test(path);
