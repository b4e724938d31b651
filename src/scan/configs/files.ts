import { posix } from 'node:path';
import { Lang, parse, type SgNode } from '@ast-grep/napi';
import { parseTOML, type AST } from 'toml-eslint-parser';
import { lineOf } from '../../propose/source/tree.js';
import { linesOf } from '../outlines.js';
import { shownValue, type Setting } from './setting.js';

/** Longer files are data. In UTF-16 code units. */
const longestFile = 256 * 1024;
const deepest = 6;

const lockFiles = /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|poetry\.lock|uv\.lock|Cargo\.lock|composer\.lock)$/;

/** The settings that a file of configuration holds; null for any other file. One that does not parse holds none. */
export function fileSettings(path: string, text: string): Setting[] | null {
  const reader = lockFiles.test(path) || text.length > longestFile ? undefined : readerOf(path);
  if (reader === undefined) return null;
  try {
    return reader(text);
  } catch {
    return [];
  }
}

function readerOf(path: string): ((text: string) => Setting[]) | undefined {
  const name = posix.basename(path);
  if (/^\.env(?:\.|$)/.test(name)) return (text) => ini(text).map((setting) => ({ ...setting, kind: 'environment', value: null }));
  return { yaml, yml: yaml, toml, json, json5: json, jsonc: json, ini, cfg: ini }[/\.(\w+)$/.exec(name)?.[1] ?? ''];
}

function toml(text: string): Setting[] {
  const settings: Setting[] = [];
  const take = (entry: AST.TOMLKeyValue, prefix: readonly (string | number)[]): void => {
    const path = [...prefix, ...entry.key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value))];
    if (entry.value.type === 'TOMLInlineTable') for (const inner of entry.value.body) take(inner, path);
    else settings.push(setting('toml', path, text.slice(...entry.value.range), entry.loc.start.line));
  };
  for (const item of parseTOML(text).body[0].body) {
    if (item.type === 'TOMLKeyValue') take(item, []);
    else for (const entry of item.body) take(entry, item.resolvedKey);
  }
  return settings;
}

/** With comments and trailing commas, as tools allow them. */
function json(text: string): Setting[] {
  const settings: Setting[] = [];
  const take = (node: SgNode, path: readonly string[]): void => {
    for (const pair of node.namedChildren().filter((child) => child.kind() === 'pair')) {
      const inner = [...path, (pair.field('key')?.text() ?? '').replace(/^["']|["']$/g, '')];
      const value = pair.field('value');
      if (value?.kind() === 'object' && inner.length < deepest && value.namedChildren().length > 0) take(value, inner);
      else if (value !== null) settings.push(setting('json', inner, value.text(), lineOf(pair)));
    }
  };
  // Parentheses make an expression of it, on the same lines.
  const root = parse(Lang.JavaScript, `(${text})`).root().find({ rule: { kind: 'object' } });
  if (root !== null) take(root, []);
  return settings;
}

/** By indentation: keys with a value on their line. Items of lists are not told apart. */
function yaml(text: string): Setting[] {
  const settings: Setting[] = [];
  const around: { indent: number; key: string }[] = [];
  let blockIndent: number | null = null;
  linesOf(text).forEach((line, index) => {
    if (line.trim() === '') return;
    const indent = line.length - line.trimStart().length;
    if (blockIndent !== null && indent > blockIndent) return;
    blockIndent = null;
    const [, dashes = '', key = '', rest = ''] = /^\s*((?:-\s+)*)["']?([^\s"'#:][^"':]{0,100}?)["']?\s*:(?:\s+(.*))?$/.exec(line) ?? [];
    if (key === '') return;
    const depth = indent + dashes.length;
    while ((around.at(-1)?.indent ?? -1) >= depth) around.pop();
    const value = rest.replace(/\s+#.*$/, '').trim();
    if (/^[|>][+-]?\d*$/.test(value)) blockIndent = indent;
    if (value === '' || /^[&!]\S+$/.test(value)) around.push({ indent: depth, key });
    else settings.push(setting('yaml', [...around.map((one) => one.key), key], blockIndent === null ? value : '(text of several lines)', index + 1));
  });
  return settings;
}

function ini(text: string): Setting[] {
  let section: string[] = [];
  return linesOf(text).flatMap((line, index) => {
    const header = /^\s*\[([^\]]{1,200})\]\s*$/.exec(line)?.[1];
    if (header !== undefined) section = [header];
    const [, key, value] = /^(?:export\s+)?([\w.-]{1,100})\s*[=:]\s*(.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [setting('ini', [...section, key], value, index + 1)];
  });
}

function setting(kind: Setting['kind'], path: readonly (string | number)[], value: string, line: number): Setting {
  const key = path.join('.');
  return { kind, key, value: shownValue(key, value), line };
}
