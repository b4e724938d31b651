import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpanEdit } from '../../core/candidate.js';
import { redactionMark } from '../redact.js';
import { overlaps, toSpanEdits } from '../../propose/span-edits.js';
import { dialectOf, parseSource, syntaxErrors } from '../../propose/source/parse.js';
import { unsafeParent, unsafePath, unsafePlace } from '../../workspace/safe-path.js';
import type { TextReplacement } from './schemas.js';

export interface Ground {
  /** Absolute path of a checkout of the champion; only read. */
  worktree: string;
  /** Why a file must not be changed; undefined when it may. */
  protectedBy: (file: string) => string | undefined;
}

/** A larger file is generated or data; no model can quote it well. In bytes. */
const largestFile = 4_000_000;

interface Replaced {
  before: string;
  after: string;
}

/** The edits with the hash of what they replace, or what is wrong with them, in words for the model. */
export async function resolveEdits(edits: readonly TextReplacement[], ground: Ground): Promise<{ ok: true; edits: SpanEdit[]; replaced: Replaced[] } | { ok: false; problems: string[] }> {
  const problems: string[] = [];
  const resolved: SpanEdit[] = [];
  const replaced: Replaced[] = [];
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const own = edits.filter((edit) => edit.file === file);
    const source = await sourceOf(file, ground);
    if (typeof source !== 'string') {
      problems.push(source.problem);
      continue;
    }
    const places = own.map((edit) => placeOf(source, edit));
    const wrong = places.filter((place) => typeof place === 'string');
    const spans = places.filter((place) => typeof place !== 'string');
    if (wrong.length > 0) problems.push(...wrong);
    else if (overlaps(spans)) problems.push(`${file}: two edits touch the same text; make one of them.`);
    else {
      const broken = newSyntaxErrors(file, source, spans);
      if (broken !== null) problems.push(broken);
      resolved.push(...toSpanEdits(file, source, spans));
      replaced.push(...spans.map(({ start, end, text }) => ({ before: source.slice(start, end), after: text })));
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, edits: resolved, replaced };
}

async function sourceOf(file: string, { worktree, protectedBy }: Ground): Promise<string | { problem: string }> {
  const unsafe = unsafePath(file) ?? (await unsafeParent(worktree, file)) ?? (await unsafePlace(worktree, file));
  if (unsafe !== undefined) return { problem: `${file}: the path ${unsafe}.` };
  const rule = protectedBy(file);
  if (rule !== undefined) return { problem: `${file}: must not be changed (protected by ${rule}).` };
  const bytes = await readFile(join(worktree, file)).catch(() => null);
  if (bytes === null) return { problem: `${file}: there is no such file. Files cannot be made; give the path relative to the repository.` };
  if (bytes.length > largestFile) return { problem: `${file}: is too large to be edited this way.` };
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : { problem: `${file}: is not UTF-8 text.` };
}

/** Where the old text stands. A file with CRLF is matched with the line ends that a model writes, and keeps its own. */
function placeOf(source: string, edit: TextReplacement): { start: number; end: number; text: string } | string {
  const { file, new: text } = edit;
  const old = source.includes('\r\n') ? edit.old.replaceAll(/\r?\n/g, '\r\n') : edit.old;
  if (edit.old === text) return `${file}: an edit changes nothing: ${quoted(edit.old)}`;
  const hidden: string[] = edit.old.match(redactionMark) ?? [];
  const added = (text.match(redactionMark) ?? []).find((mark) => !hidden.includes(mark));
  if (added !== undefined) return `${file}: the new text holds ${added}, which stands for what was hidden from you. It must not be written into a file. Make the edit smaller, so that it leaves that place alone: ${quoted(edit.old)}`;
  const places = occurrences(source, old);
  const [start] = places;
  if (start === undefined) return `${file}: this text does not occur in it: ${quoted(edit.old)}${hidden.length > 0 ? `\n${hidden[0]} stands for what was hidden from you: quote only lines without it.` : nearly(source, edit.old)}`;
  if (places.length > 1) return `${file}: this text occurs ${places.length} times, at lines ${places.slice(0, 10).map((place) => lineAt(source, place)).join(', ')}; take in lines around it until it occurs once: ${quoted(edit.old)}`;
  return { start, end: start + old.length, text };
}

function occurrences(source: string, text: string): number[] {
  const places: number[] = [];
  for (let at = source.indexOf(text); at !== -1; at = source.indexOf(text, at + 1)) places.push(at);
  return places;
}

function lineAt(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

/** The text as it really stands there, where only white space differs. */
function nearly(source: string, old: string): string {
  const plain = (line: string): string => line.replaceAll(/\s+/g, ' ').trim();
  const wanted = old.split('\n').map(plain).filter((line) => line !== '');
  const lines = source.split('\n');
  const at = lines.findIndex((line, index) => wanted.length > 0 && plain(line) === wanted[0] && wanted.every((text, i) => plain(lines[index + i] ?? '') === text));
  return at === -1 ? '' : `\nIt stands at line ${at + 1} with other white space, exactly so:\n${lines.slice(at, at + wanted.length).join('\n')}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

/** Said when the file parses worse than before, of the languages that can be told; else null. */
function newSyntaxErrors(file: string, source: string, spans: readonly { start: number; end: number; text: string }[]): string | null {
  const dialect = dialectOf(file);
  if (dialect === null) return null;
  let changed = '';
  let at = 0;
  for (const { start, end, text } of spans.toSorted((a, b) => a.start - b.start)) {
    changed += source.slice(at, start) + text;
    at = end;
  }
  const errors = (text: string): number => syntaxErrors(parseSource(text, dialect), dialect);
  return errors(changed + source.slice(at)) > errors(source) ? `${file}: with these edits it has a syntax error.` : null;
}
