import { ParseError, parseTOML, type AST } from 'toml-eslint-parser';
import { PerfloopError } from '../errors.js';

/** Some 10,000 steps: larger than any config that a person writes, and parsed in about a second. */
const mostCharacters = 2 * 1024 * 1024;
const maxDepth = 16;

/** A value of a TOML file together with the line it stands on. */
export interface TomlNode {
  /** From 1. For a table, the line of its header. */
  line: number;
  /** Where it is not from the file around it: as that file is shown to people. */
  file?: string;
  content: { kind: 'table'; entries: Map<string, TomlNode> } | { kind: 'array'; items: TomlNode[] } | { kind: 'scalar'; value: AST.TOMLValue['value'] };
}

/** Parses TOML 1.1. Throws `PL_CONFIG_SYNTAX` with the line, also where it is too deep, and `PL_CONFIG_TOO_LARGE`. */
export function parseToml(text: string, fileName: string): TomlNode {
  if (text.length > mostCharacters) {
    const message = `${fileName} has ${text.length} characters, and at most ${mostCharacters} are read`;
    throw new PerfloopError('PL_CONFIG_TOO_LARGE', message, { where: fileName, problems: [`${fileName}: ${message}`], fix: 'See whether it is the right file. Long commands fit into scripts, and many steps of one kind into a loop of one step with `next`.' });
  }
  // Some editors put a byte order mark first, which TOML does not know.
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const root = table(1);
  try {
    for (const item of parseTOML(source).body[0].body) {
      if (item.type === 'TOMLKeyValue') put(root, item, 0);
      else {
        const parent = tableAt(root, item);
        for (const entry of item.body) put(parent, entry, item.resolvedKey.length);
      }
    }
  } catch (error) {
    if (error instanceof Refused) throw syntaxError(fileName, error.line, error.message);
    if (error instanceof ParseError) {
      const line = culprit(source, error);
      throw syntaxError(fileName, line, `${clearer[error.message] ?? error.message}, in \`${excerpt(source, line)}\``);
    }
    // The parser recurses over nesting and spreads long strings over arguments: both end the stack, not the process.
    if (error instanceof RangeError) throw syntaxError(fileName, null, 'a value is too long, or nested too deeply', error);
    throw error;
  }
  return root;
}

/** What the parser says in words that assume its grammar. */
const clearer: Record<string, string> = {
  'Unspecified values are invalid': 'the value after `=` is missing',
  'The key, equals sign, and value must be on the same line': 'a key, its `=` and its value must stand on one line, and a [table] header needs its `]`',
  'Expected equal (=) token': 'there is no `=` after the key',
  'Must be a newline': 'there is something after the end of the value',
  'Defining a key multiple times is invalid': 'this key or table is there twice',
  'Unterminated table-key': 'a [table] header needs its `]`',
  'Unterminated string constant': 'a string has no closing quote',
};

function excerpt(source: string, line: number): string {
  const text = (source.split('\n', line)[line - 1] ?? '').trim();
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

class Refused extends Error {
  constructor(readonly line: number, message: string) {
    super(message);
  }
}

function table(line: number): TomlNode & { content: { kind: 'table' } } {
  return { line, content: { kind: 'table', entries: new Map() } };
}

function tableAt(root: TomlNode, header: AST.TOMLTable): TomlNode {
  const { line } = header.loc.start;
  let node = root;
  for (const [depth, part] of header.resolvedKey.entries()) {
    const next = header.resolvedKey[depth + 1];
    const create = (): TomlNode => (typeof next === 'number' ? { line, content: { kind: 'array', items: [] } } : table(line));
    node = child(node, part, depth, line, create);
  }
  return node;
}

function put(parent: TomlNode, entry: AST.TOMLKeyValue, depth: number): void {
  let node = parent;
  for (const [position, key] of entry.key.keys.entries()) {
    const { line } = key.loc.start;
    const last = position === entry.key.keys.length - 1;
    const name = key.type === 'TOMLBare' ? key.name : key.value;
    node = child(node, name, depth + position, line, () => (last ? convert(entry.value, line, depth + position) : table(line)));
  }
}

function convert(value: AST.TOMLContentNode, line: number, depth: number): TomlNode {
  if (value.type === 'TOMLValue') return { line, content: { kind: 'scalar', value: value.value } };
  if (value.type === 'TOMLArray') {
    checkDepth(depth, line);
    return { line, content: { kind: 'array', items: value.elements.map((element) => convert(element, element.loc.start.line, depth + 1)) } };
  }
  const node = table(line);
  for (const entry of value.body) put(node, entry, depth + 1);
  return node;
}

/** The child of that name or position, made when it is not there yet. */
function child(node: TomlNode, part: string | number, depth: number, line: number, create: () => TomlNode): TomlNode {
  checkDepth(depth, line);
  // zod passes over this key without a word.
  if (part === '__proto__') throw new Refused(line, 'the key __proto__ is not allowed');
  const { content } = node;
  const existing = content.kind === 'table' ? content.entries.get(String(part)) : content.kind === 'array' ? content.items[Number(part)] : undefined;
  if (existing !== undefined) return existing;
  const created = create();
  if (content.kind === 'table') content.entries.set(String(part), created);
  else if (content.kind === 'array') content.items[Number(part)] = created;
  return created;
}

function checkDepth(depth: number, line: number): void {
  if (depth >= maxDepth) throw new Refused(line, `nested deeper than ${maxDepth} levels`);
}

/** The parser notices an unfinished line only at the start of the next one; people want to see the unfinished line. */
function culprit(source: string, error: ParseError): number {
  const lines = source.split('\n');
  const open = (line: string): boolean => /=\s*(?:#.*)?$/.test(line.trimEnd()) || /must be on the same line|Unterminated table-key/.test(error.message);
  let line = error.lineNumber;
  if (error.column === 0) {
    while (line > 1 && (lines[line - 2] ?? '').trim() === '') line -= 1;
    if (line > 1 && open(lines[line - 2] ?? '')) return line - 1;
  }
  return error.lineNumber;
}

function syntaxError(fileName: string, line: number | null, message: string, cause?: unknown): PerfloopError {
  const where = line === null ? fileName : `${fileName}:${line}`;
  return new PerfloopError('PL_CONFIG_SYNTAX', `${fileName} is not valid TOML: ${message}`, {
    where,
    problems: [`${where}: ${message}`],
    fix: 'Correct that line; docs/config.md has a complete example.',
    cause,
  });
}

/** The plain value: tables as objects, dates as `Date`. */
export function plainValue({ content }: TomlNode): unknown {
  if (content.kind === 'scalar') return content.value;
  if (content.kind === 'array') return content.items.map(plainValue);
  return Object.fromEntries([...content.entries].map(([key, entry]) => [key, plainValue(entry)]));
}

/** The line of the value at a path, or of the nearest table around it; null when only the whole file is left. */
export function lineOf(root: TomlNode, path: readonly PropertyKey[]): number | null {
  return placeOf(root, path).line;
}

export interface TomlPlace {
  /** As with `lineOf`. */
  line: number | null;
  /** The file that it is from, where that is not the one of the root; and how many parts of the path lead to the list in it. */
  file: string | null;
  above: number;
}

/** Where the value at a path stands, or the nearest table around it. */
export function placeOf(root: TomlNode, path: readonly PropertyKey[]): TomlPlace {
  let node = root;
  const place: TomlPlace = { line: null, file: null, above: 0 };
  for (const [depth, part] of path.entries()) {
    const next = node.content.kind === 'table' ? node.content.entries.get(String(part)) : node.content.kind === 'array' ? node.content.items[Number(part)] : undefined;
    if (next === undefined) break;
    node = next;
    place.line = node.line;
    if (node.file !== undefined) Object.assign(place, { file: node.file, above: depth - 1 });
  }
  return place;
}
