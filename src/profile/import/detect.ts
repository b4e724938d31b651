import { PerfloopError } from '../../core/errors.js';
import { readHead } from './read-file.js';

export type ProfileKind = 'v8' | 'cprofile';

const fix = 'Bring a .cpuprofile of Node, Chrome or V8, or a file that Python\'s cProfile wrote (`python -m cProfile -o FILE`).';

/**
 * What wrote a profile, by its content. Throws PL_PROFILE_MISSING, PL_PROFILE_EMPTY, and PL_PROFILE_UNKNOWN when it is neither a
 * V8 CPU profile nor marshalled cProfile statistics.
 */
export function detectProfileKind(file: string): ProfileKind {
  const head = readHead(file, 64 * 1024);
  if (isMarshalledDictionary(head)) return 'cprofile';
  const text = head.toString('utf8').replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('{') && /"(nodes|timeDeltas|samples|startTime|head)"\s*:/.test(text)) return 'v8';
  throw new PerfloopError('PL_PROFILE_UNKNOWN', `The profile is of an unknown kind${guess(text)}.`, { where: file, fix });
}

/** Marshal's `{`, with or without the flag of a reference, then a tuple or the end. JSON cannot go on like that. */
function isMarshalledDictionary(head: Buffer): boolean {
  return ((head[0] ?? 0) & 0x7f) === 0x7b && ['(', ')', '0'].includes(String.fromCharCode((head[1] ?? 0) & 0x7f));
}

function guess(text: string): string {
  if (/"traceEvents"\s*:/.test(text) || /^\[\s*\{\s*"(args|cat|ph)"/.test(text)) return ': it looks like a trace of Chrome or PyTorch';
  if (/"\$schema"\s*:\s*"[^"]*speedscope/.test(text)) return ': it looks like a speedscope file';
  if (text.startsWith('\u001f')) return ': it looks like a gzip file; unpack it first';
  if (text.startsWith('SQLite format 3')) return ': it looks like a SQLite database';
  return '';
}
