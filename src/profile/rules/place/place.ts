import { identifier, locate } from '../../findings/source.js';
import type { Asked } from '../asked.js';
import type { Clues, Look } from '../rule.js';
import { indentOf } from './around.js';
import { contextOf, type CallContext } from './host-places.js';
import { lookedFor, lookPlace, type Place } from './look.js';
import type { Match, Repository } from './repository.js';

/** More calls tell no more. */
const mostCalls = 24;

/** By frames and call chains, then by ranges, then by what the source looks like. Null where nothing tells. */
export function placeOf(asked: Asked, repository: Repository, clues: Clues): Place | null {
  if (clues.frame !== undefined) return framePlace(repository, clues.frame);
  if (clues.symbol !== undefined) {
    const found = definitionPlace(repository, clues.symbol, clues.symbol, undefined);
    return found === null ? null : { ...found, confidence: 'low', how: `by its name alone: ${cut(clues.symbol)} is defined there, and nowhere else in the repository` };
  }
  const contexts = clues.calls.slice(0, mostCalls).map((row, index) => contextOf(asked, row, clues.moments?.[index]));
  const ranges = [...contexts.map((context) => context.ranges), ...(clues.ranges === undefined ? [] : [[...clues.ranges]])];
  return (
    mostOften(contexts, (context) => chainPlace(repository, context, clues.look)) ??
    mostOften(ranges, (texts) => rangePlace(repository, texts, clues.look)) ??
    (clues.look === undefined ? null : lookPlace(repository, clues.look)) ??
    operatorPlace(repository, contexts)
  );
}

function framePlace(repository: Repository, frame: NonNullable<Clues['frame']>): Place | null {
  const file = repository.fileOf(frame.file);
  const lines = file === null ? null : repository.lines(file);
  const line = lines === null ? null : locate(lines, { name: frame.function, line: frame.line });
  if (file === null || line === null) return null;
  return { file, function: frame.function, line, confidence: 'high', how: 'by the profile\'s own frames' };
}

/** The place that most of them tell. */
function mostOften<T>(all: readonly T[], place: (one: T) => Place | null): Place | null {
  const counts = new Map<string, { place: Place; count: number }>();
  for (const one of all) {
    const found = place(one);
    if (found === null) continue;
    const key = `${found.file}:${found.line}`;
    counts.set(key, { place: found, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [best] = [...counts.values()].sort((a, b) => b.count - a.count);
  return best?.place ?? null;
}

/** The innermost frame that is of a file here. Symbols of Python may hold the line: `step (train.py:12)`, `train.py:12 step`. */
function chainPlace(repository: Repository, { frames }: CallContext, look: Look | undefined): Place | null {
  for (const { symbol, module } of frames) {
    const inSymbol = /([^\s()[\]]+\.\w+)[:(](\d+)/.exec(symbol);
    const file = repository.fileOf(inSymbol?.[1] ?? module);
    const lines = file === null ? null : repository.lines(file);
    const name = identifier(symbol.replace(/\s*[([].*$/s, '').replace(/^\S+:\d+\s+/, '').replace(/^.*::/, ''));
    if (file === null || lines === null) {
      const defined = name === null ? null : definitionPlace(repository, name, symbol, look);
      if (defined !== null) return defined;
      continue;
    }
    const line = inSymbol === null ? locate(lines, { name: name ?? '(module)', line: 1 }) : Number(inSymbol[2]);
    if (line === null || line > lines.length) continue;
    const around = repository.around(file, line);
    return { file, function: around.function === '(module)' ? (name ?? '(module)') : around.function, line, confidence: 'high', how: 'by the call chain of the profile' };
  }
  return null;
}

/** Native frames name a function and no file: the one place that defines it, and the line of it that looks like the cause. */
function definitionPlace(repository: Repository, name: string, symbol: string, look: Look | undefined): Place | null {
  const [found, ...others] = repository.functions(symbol.replace(/\s*[([<].*$/s, ''));
  if (found === undefined || others.length > 0) return null;
  const { file, symbol: { line, endLine } } = found;
  const at = lookedFor(repository.lines(file) ?? [], { from: line, to: endLine }, look) ?? line;
  return { file, function: name, line: at, confidence: 'high', how: `by the call chain of the profile: ${cut(symbol)} is defined there` };
}

/** The innermost range that names a place of the source, or whose text stands in it. */
function rangePlace(repository: Repository, texts: readonly string[], look: Look | undefined): Place | null {
  for (const text of texts) {
    const [, path, at] = /^(\S+\.py)\((\d+)\)/.exec(text) ?? [];
    if (path !== undefined) {
      const file = repository.fileOf(path);
      const lines = file === null ? null : repository.lines(file);
      if (file === null || lines === null || Number(at) > lines.length) continue;
      return refined(repository, { file, line: Number(at), text: '' }, look, { confidence: 'high', how: `by the range "${cut(text)}"` });
    }
    // Operators of PyTorch are in no source of the repository by that name.
    if (/^(aten|autograd|c10|torch|nccl|cuda)::|^[:\s]*$/.test(text)) continue;
    const plain = text.replace(/, (op_id|seq) = .*$/s, '').replace(/\s*[:#=]?\s*\d+$/, '').trim();
    if (plain.length < 3) continue;
    const found = repository.matches(new RegExp(`["'\`]${escape(plain)}`));
    const [first] = found;
    if (first === undefined || found.length > 5) continue;
    return refined(repository, first, look, { confidence: found.length === 1 ? 'high' : 'medium', how: `by the range "${cut(text)}", whose text stands ${found.length === 1 ? 'there' : `in ${found.length} places`}` });
  }
  return null;
}

/** The line that looks like the cause, in the block that begins at a range's text. */
function refined(repository: Repository, { file, line }: Match, look: Look | undefined, rest: Pick<Place, 'confidence' | 'how'>): Place {
  const lines = repository.lines(file) ?? [];
  const own = indentOf(lines[line - 1] ?? '');
  let to = line;
  // The block ends where something stands further left, or a brace closes as far left as it began.
  while (to < lines.length && !endsBlock(lines[to] ?? '', own)) to += 1;
  return { file, function: repository.around(file, line).function, line: lookedFor(lines, { from: line, to }, look) ?? line, ...rest };
}

function endsBlock(text: string, own: number): boolean {
  return text.trim() !== '' && (indentOf(text) < own || (indentOf(text) === own && /^\s*}/.test(text)));
}

/** By the innermost operator of PyTorch around: `aten::bmm` is a call of `bmm`. */
function operatorPlace(repository: Repository, contexts: readonly CallContext[]): Place | null {
  const names = new Set(contexts.flatMap(({ ranges }) => ranges).flatMap((text) => /^aten::(\w+?)_?(?:,|$)/.exec(text)?.[1] ?? []));
  for (const name of names) {
    const place = lookPlace(repository, { patterns: [new RegExp(`\\.${name}_?\\(`)], what: `a call of ${name}, which is the operator around` });
    if (place !== null) return place;
  }
  return null;
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const cut = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
