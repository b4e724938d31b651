import { constants, gunzipSync } from 'node:zlib';
import { PerfloopError } from '../../core/errors.js';
import { readHead } from './read-file.js';

export type ProfileKind = 'v8' | 'cprofile' | 'nsys' | 'torch';

const fix = 'Bring a .cpuprofile of Node, Chrome or V8, a file that Python\'s cProfile wrote (`python -m cProfile -o FILE`), an export of Nsight Systems (`nsys export --type sqlite`), or a trace of PyTorch\'s profiler (.json, .json.gz).';

/**
 * What wrote a profile, by its content. Throws PL_PROFILE_MISSING, PL_PROFILE_EMPTY, and PL_PROFILE_UNKNOWN when it is neither a
 * V8 CPU profile, marshalled cProfile statistics, a trace of Chrome's format nor a SQLite database, such as an export of nsys.
 */
export function detectProfileKind(file: string): ProfileKind {
  const head = readHead(file, 64 * 1024);
  if (head.subarray(0, sqliteHead.length).equals(sqliteHead)) return 'nsys';
  if (isMarshalledDictionary(head)) return 'cprofile';
  const text = unzipped(head).toString('utf8').replace(/^\uFEFF/, '').trimStart();
  if (/^[{[]/.test(text) && isTrace(text)) return 'torch';
  if (text.startsWith('{') && /"(nodes|timeDeltas|samples|startTime|head)"\s*:/.test(text)) return 'v8';
  if (head.length >= 4 && walHeads.has(head.readUInt32BE(0))) throw new PerfloopError('PL_PROFILE_UNKNOWN', 'This is the write-ahead log of a SQLite database, without the database.', { where: file, fix: 'Give the file without -wal, and keep both in one folder.' });
  throw new PerfloopError('PL_PROFILE_UNKNOWN', `The profile is of an unknown kind${guess(text)}.`, { where: file, fix });
}

const sqliteHead = Buffer.from('SQLite format 3\0');
/** Of the write-ahead log of a SQLite database, in either byte order. */
const walHeads = new Set([0x377f0682, 0x377f0683]);

/** Whether a file is compressed with gzip. */
export function isGzip(file: string): boolean {
  return isZipped(readHead(file, 2));
}

const isZipped = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** The beginning of what is compressed. */
function unzipped(head: Buffer): Buffer {
  if (!isZipped(head)) return head;
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 << 20 });
  } catch {
    return head;
  }
}

/** Chrome's format, as PyTorch's profiler writes it: an object with traceEvents, or the array of them. */
function isTrace(text: string): boolean {
  return /"(?:traceEvents|schemaVersion|deviceProperties)"\s*:/.test(text) || /^\[\s*\{[^{}]*"ph"\s*:/.test(text);
}

/** Marshal's `{`, with or without the flag of a reference, then a tuple or the end. JSON cannot go on like that. */
function isMarshalledDictionary(head: Buffer): boolean {
  return ((head[0] ?? 0) & 0x7f) === 0x7b && ['(', ')', '0'].includes(String.fromCharCode((head[1] ?? 0) & 0x7f));
}

function guess(text: string): string {
  if (/"\$schema"\s*:\s*"[^"]*speedscope/.test(text)) return ': it looks like a speedscope file';
  return '';
}
