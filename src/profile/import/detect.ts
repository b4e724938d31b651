import { PerfloopError } from '../../core/errors.js';
import { foldedStacks } from './folded-stacks.js';
import { nsysReportKind } from './nsys/report.js';
import { isPerfHeader } from './perf/parse.js';
import { isSqlite, readHead, readPlainHead } from './read-file.js';

/** By what wrote it; `folded`: py-spy's raw output, and all others of stacks with counts. */
export type ProfileKind = 'v8' | 'cprofile' | 'nsys' | 'torch' | 'perf' | 'folded' | 'speedscope';

/** What can be brought, each with the command that makes it. */
export const bringable =
  'Bring an export of Nsight Systems (`nsys export --type sqlite`, or the .nsys-rep), a trace of PyTorch\'s profiler (.json, .json.gz), perf.data or the text of `perf script`, a .cpuprofile of Node, Chrome or V8, ' +
  'what py-spy wrote (`py-spy record -f raw` or `-f speedscope`), any other file of speedscope or of folded stacks, or a file of Python\'s cProfile (`python -m cProfile -o FILE`).';

/**
 * What wrote a profile, by its content. Throws PL_PROFILE_MISSING, PL_PROFILE_EMPTY, and PL_PROFILE_UNKNOWN when it is of no kind
 * that perfloop reads.
 */
export function detectProfileKind(file: string): ProfileKind {
  const head = readHead(file, usualHead);
  if (isSqlite(head) || nsysReportKind(head) !== null) return 'nsys';
  if (isPerfRecording(head)) return 'perf';
  if (isMarshalledDictionary(head)) return 'cprofile';
  if (head.length >= 4 && walHeads.has(head.readUInt32BE(0))) throw new PerfloopError('PL_PROFILE_UNKNOWN', 'This is the write-ahead log of a SQLite database, without the database.', { where: file, fix: 'Give the file without -wal, and keep both in one folder.' });
  const text = plainText(file);
  const kind = /^[{[]/.test(text) ? jsonKind(text) : null;
  if (kind !== null) return kind;
  const stacks = foldedStacks(text).map((stack) => stack.text);
  if (text.length >= usualHead / 2 && stacks.length > 1) stacks.pop();
  const said = stacks.filter((line) => !line.startsWith('#'));
  if (isPerfHeader(said[0] ?? '')) return 'perf';
  if (isFolded(said)) return 'folded';
  throw new PerfloopError('PL_PROFILE_UNKNOWN', 'The profile is of an unknown kind.', { where: file, fix: bringable });
}

/** The beginning of a text; more of it where a line is longer than usual, for the last one may be cut. */
function plainText(file: string): string {
  const head = readPlainHead(file, usualHead);
  return (head.includes('\n') ? head : readPlainHead(file, longestHead)).toString('utf8').replace(/^\uFEFF/, '').trimStart();
}

const usualHead = 64 * 1024;
const longestHead = 4 * 2 ** 20;

/** Of the write-ahead log of a SQLite database, in either byte order. */
const walHeads = new Set([0x377f0682, 0x377f0683]);
/** Of perf.data, in both orders of bytes; in a pipe it begins the same. */
const perfHeads = [Buffer.from('PERFILE2'), Buffer.from('2ELIFREP'), Buffer.from('PERFFILE')];

/** Whether it is a perf.data, which only perf itself can read. */
export const isPerfRecording = (head: Buffer): boolean => perfHeads.some((magic) => startsWith(head, magic));

const startsWith = (head: Buffer, magic: Buffer): boolean => head.subarray(0, magic.length).equals(magic);

function jsonKind(text: string): ProfileKind | null {
  if (/"\$schema"\s*:\s*"[^"]*speedscope/.test(text)) return 'speedscope';
  if (isTrace(text)) return 'torch';
  if (!text.startsWith('{')) return null;
  if (/"shared"\s*:\s*\{\s*"frames"/.test(text) || (/"profiles"\s*:\s*\[/.test(text) && /"type"\s*:\s*"(?:sampled|evented)"/.test(text))) return 'speedscope';
  return /"(nodes|timeDeltas|samples|startTime|head)"\s*:/.test(text) ? 'v8' : null;
}

/** Chrome's format, as PyTorch's profiler writes it: an object with traceEvents, or the array of them. */
function isTrace(text: string): boolean {
  return /"(?:traceEvents|schemaVersion|deviceProperties)"\s*:/.test(text) || /^\[\s*\{[^{}]*"ph"\s*:/.test(text);
}

/** Stacks with counts, all lines of the beginning, and one at least has two functions or says where one is. */
function isFolded(lines: readonly string[]): boolean {
  const first = lines.slice(0, 100);
  return first.length > 0 && first.every((line) => / \d+(?:\.\d+)?$/.test(line)) && first.some((line) => /;|\(\S+:\d+\) \d+$/.test(line));
}

/** Marshal's `{`, with or without the flag of a reference, then a tuple or the end. JSON cannot go on like that. */
function isMarshalledDictionary(head: Buffer): boolean {
  return ((head[0] ?? 0) & 0x7f) === 0x7b && ['(', ')', '0'].includes(String.fromCharCode((head[1] ?? 0) & 0x7f));
}
