import { PerfloopError } from '../../core/errors.js';
import { readHead } from './read-file.js';

export type ProfileKind = 'v8' | 'cprofile' | 'nsys';

const fix = 'Bring a .cpuprofile of Node, Chrome or V8, a file that Python\'s cProfile wrote (`python -m cProfile -o FILE`), or an export of Nsight Systems (`nsys export --type sqlite`).';

/**
 * What wrote a profile, by its content. Throws PL_PROFILE_MISSING, PL_PROFILE_EMPTY, and PL_PROFILE_UNKNOWN when it is neither a
 * V8 CPU profile, marshalled cProfile statistics nor a SQLite database, such as an export of nsys.
 */
export function detectProfileKind(file: string): ProfileKind {
  const head = readHead(file, 64 * 1024);
  if (head.subarray(0, sqliteHead.length).equals(sqliteHead)) return 'nsys';
  if (isMarshalledDictionary(head)) return 'cprofile';
  const text = head.toString('utf8').replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('{') && /"(nodes|timeDeltas|samples|startTime|head)"\s*:/.test(text)) return 'v8';
  if (head.length >= 4 && walHeads.has(head.readUInt32BE(0))) throw new PerfloopError('PL_PROFILE_UNKNOWN', 'This is the write-ahead log of a SQLite database, without the database.', { where: file, fix: 'Give the file without -wal, and keep both in one folder.' });
  throw new PerfloopError('PL_PROFILE_UNKNOWN', `The profile is of an unknown kind${guess(text)}.`, { where: file, fix });
}

const sqliteHead = Buffer.from('SQLite format 3\0');
/** Of the write-ahead log of a SQLite database, in either byte order. */
const walHeads = new Set([0x377f0682, 0x377f0683]);

/** Marshal's `{`, with or without the flag of a reference, then a tuple or the end. JSON cannot go on like that. */
function isMarshalledDictionary(head: Buffer): boolean {
  return ((head[0] ?? 0) & 0x7f) === 0x7b && ['(', ')', '0'].includes(String.fromCharCode((head[1] ?? 0) & 0x7f));
}

function guess(text: string): string {
  if (/"traceEvents"\s*:/.test(text) || /^\[\s*\{\s*"(args|cat|ph)"/.test(text)) return ': it looks like a trace of Chrome or PyTorch';
  if (/"\$schema"\s*:\s*"[^"]*speedscope/.test(text)) return ': it looks like a speedscope file';
  if (text.startsWith('\u001f')) return ': it looks like a gzip file; unpack it first';
  return '';
}
