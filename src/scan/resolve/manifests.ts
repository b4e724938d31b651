import { posix } from 'node:path';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { linesOf } from '../outlines.js';
import type { SourceTree } from '../source-tree.js';
import { definedIn } from './definitions.js';
import type { EntryPoint } from './entry-points.js';
import { moduleFiles } from './modules.js';

type Reader = (tree: SourceTree, file: string, text: string) => EntryPoint[];

const readers: Record<string, Reader> = { 'package.json': packageJson, 'pyproject.toml': pyproject, 'setup.cfg': setup, 'setup.py': setup, 'Cargo.toml': cargo, 'CMakeLists.txt': cmake };

/** The programs that manifests declare. A manifest that does not parse declares none. */
export function entriesOfManifests(tree: SourceTree): EntryPoint[] {
  return tree.files.flatMap(({ path }) => {
    const read = readers[posix.basename(path)];
    const text = read === undefined ? null : tree.text(path);
    if (read === undefined || text === null) return [];
    try {
      return read(tree, path, text);
    } catch {
      return [];
    }
  });
}

function packageJson(tree: SourceTree, file: string, text: string): EntryPoint[] {
  const manifest = record(JSON.parse(text));
  const bins = typeof manifest['bin'] === 'string' ? { [named(manifest, 'bin')]: manifest['bin'] } : strings(manifest['bin']);
  const found = Object.entries(bins).map(([name, path]) => placed(tree, { name, kind: 'package bin', command: `node ${path}` }, beside(file, path)));
  if (typeof manifest['main'] === 'string') found.push(placed(tree, { name: 'main', kind: 'package main', command: null }, beside(file, manifest['main'])));
  for (const [name, command] of Object.entries(strings(manifest['scripts']))) {
    const named = command.split(/[\s'"=;|&<>()]+/).map((word) => beside(file, word)).find((path) => tree.has(path) && tree.file(path).language !== null);
    if (named !== undefined) found.push(placed(tree, { name: `npm run ${name}`, kind: 'npm script', command }, named));
  }
  return found;
}

function pyproject(tree: SourceTree, file: string, text: string): EntryPoint[] {
  const manifest = record(getStaticTOMLValue(parseTOML(text)));
  const project = record(manifest['project']);
  const poetry = record(record(manifest['tool'])['poetry']);
  const scripts = { ...strings(project['scripts']), ...strings(project['gui-scripts']), ...strings(poetry['scripts']) };
  return Object.entries(scripts).map(([name, target]) => pythonEntry(tree, file, name, target));
}

/** `name = package.module:function`, in setup.cfg and setup.py. */
function setup(tree: SourceTree, file: string, text: string): EntryPoint[] {
  const section = /console_scripts['"]?\s*[=:]([\s\S]{0,5000})/.exec(text)?.[1] ?? '';
  return [...section.matchAll(/([\w.-]{1,100})\s{0,10}=\s{0,10}([\w.]{1,200}:[\w.]{1,200})/g)].map(([, name = '', target = '']) => pythonEntry(tree, file, name, target));
}

function pythonEntry(tree: SourceTree, manifest: string, name: string, target: string): EntryPoint {
  const [module = '', fn = ''] = target.split(':');
  const [file] = moduleFiles(tree, { from: beside(manifest, 'setup.py'), module, language: 'python' });
  const symbol = file === undefined ? undefined : definedIn(tree, file, (one) => one.name === fn && one.container === null)[0]?.symbol;
  return { name, kind: 'console script', file: file ?? null, line: symbol?.line ?? 1, command: `${name} (${target})` };
}

function cargo(tree: SourceTree, file: string, text: string): EntryPoint[] {
  const manifest = record(getStaticTOMLValue(parseTOML(text)));
  const bins = Array.isArray(manifest['bin']) ? manifest['bin'].map(record) : [];
  const name = named(record(manifest['package']), '');
  const found = bins.map((bin) => {
    const own = named(bin, name);
    return { own, path: typeof bin['path'] === 'string' ? bin['path'] : `src/bin/${own}.rs` };
  });
  if (!found.some(({ path }) => path === 'src/main.rs') && tree.has(beside(file, 'src/main.rs'))) found.push({ own: name, path: 'src/main.rs' });
  return found.map(({ own, path }) => placed(tree, { name: own, kind: 'binary', command: `cargo run --bin ${own}` }, beside(file, path)));
}

function cmake(tree: SourceTree, file: string, text: string): EntryPoint[] {
  const lines = linesOf(text);
  return [...text.matchAll(/\badd_executable\s{0,10}\(\s{0,100}([\w.${}-]{1,200})([^)]{0,5000})\)/g)].map(([whole, name = '', sources = '']) => {
    const files = sources.split(/\s+/).map((source) => beside(file, source)).filter((path) => tree.has(path));
    const main = files.find((path) => definedIn(tree, path, (symbol) => symbol.name === 'main').length > 0) ?? files[0];
    return main === undefined ? { name, kind: 'executable' as const, file, line: lines.findIndex((line) => whole.startsWith(line.trim()) && line.trim() !== '') + 1 || 1, command: null } : placed(tree, { name, kind: 'executable', command: null }, main);
  });
}

/** With the line of its main function, where it has one. */
function placed(tree: SourceTree, entry: Pick<EntryPoint, 'name' | 'kind' | 'command'>, path: string): EntryPoint {
  const file = [path, `${path}.js`, `${path}/index.js`].find((one) => tree.has(one));
  if (file === undefined) return { ...entry, file: null, line: 1 };
  const main = definedIn(tree, file, (symbol) => symbol.name === 'main' && symbol.container === null)[0];
  return { ...entry, file, line: main?.symbol.line ?? 1 };
}

const beside = (manifest: string, path: string): string => posix.normalize(posix.join(posix.dirname(manifest), path));

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

const named = (one: Record<string, unknown>, otherwise: string): string => (typeof one['name'] === 'string' ? one['name'] : otherwise);

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
