import { basename } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { pythonFrame } from './frame-kind.js';
import { MarshalError, readMarshal, type MarshalValue } from './marshal.js';
import type { CountedCall, CountedFunction, CountedProfile, ProfileSource } from './model.js';
import { readProfile } from './read-file.js';

/**
 * Reads what `cProfile.Profile.dump_stats` wrote: {(file, line, name): (primitive calls, calls, self s, total s, {caller: the
 * same four})}. Throws PL_PROFILE_MALFORMED when it is not that, PL_PROFILE_EMPTY when it holds no functions.
 */
export function readPstats(file: string, fallbackPid: number): CountedProfile {
  const table = unmarshal(file);
  if (table.size === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'The profile holds no functions.', { where: file, fix: 'Profile a longer run of the command.' });

  const functions = new Map<string, CountedFunction>();
  for (const [key, value] of table) {
    const [primitiveCalls, calls, selfNs, totalNs] = counts(value, file);
    const { id, frame } = functionKey(key, file);
    functions.set(id, { frame, calls, primitiveCalls, selfNs, totalNs });
  }
  const edges: CountedCall[] = [];
  for (const [key, value] of table) {
    const callee = functions.get(functionKey(key, file).id);
    const callers = Array.isArray(value) ? value[4] : undefined;
    if (!callee || !(callers instanceof Map)) throw malformed(file, 'a function has no table of callers');
    for (const [callerKey, edge] of callers) {
      const caller = functions.get(functionKey(callerKey, file).id);
      if (!caller) continue; // The profiler was started inside of it: it has no time of its own in the table.
      const [primitiveCalls, calls, selfNs, totalNs] = counts(edge, file);
      edges.push({ caller, callee, calls, primitiveCalls, selfNs, totalNs });
    }
  }
  return { source: sourceOf(file, fallbackPid), functions: [...functions.values()], calls: edges };
}

function unmarshal(file: string): Map<MarshalValue, MarshalValue> {
  try {
    const value = readMarshal(readProfile(file));
    if (value instanceof Map) return value;
  } catch (cause) {
    // A RangeError is a nesting that no real profile has.
    if (cause instanceof MarshalError || cause instanceof RangeError) throw malformed(file, cause.message, cause);
    throw cause;
  }
  throw malformed(file, 'its top level is not a dictionary');
}

function functionKey(key: MarshalValue, file: string): { id: string; frame: CountedFunction['frame'] } {
  const [path, line, name] = Array.isArray(key) ? key : [];
  if (typeof path !== 'string' || typeof line !== 'number' || typeof name !== 'string') throw malformed(file, 'a key is not (file, line, name)');
  return { id: `${path}\0${line}\0${name}`, frame: pythonFrame(path, line, name) };
}

function counts(value: MarshalValue, file: string): [primitiveCalls: number, calls: number, selfNs: number, totalNs: number] {
  // Python 2's profile module wrote the mere number of calls for a caller.
  const [primitiveCalls, calls, self, total] = Array.isArray(value) ? value : [];
  if (typeof primitiveCalls !== 'number' || typeof calls !== 'number' || typeof self !== 'number' || typeof total !== 'number') {
    throw malformed(file, 'an entry is not (primitive calls, calls, self time, total time)');
  }
  return [primitiveCalls, calls, Math.round(self * 1e9), Math.round(total * 1e9)];
}

/** Our hook names its files `<pid>.<start us>.<duration us>.pstats`. */
function sourceOf(file: string, fallbackPid: number): ProfileSource {
  const [, pid, start, took] = /^(\d+)\.(\d+)\.(\d+)\.pstats$/.exec(basename(file)) ?? [];
  const startNs = start === undefined ? null : Number(start) * 1000;
  return {
    fileName: basename(file),
    kind: 'cprofile',
    pid: pid === undefined ? fallbackPid : Number(pid),
    tid: 0,
    name: 'python',
    threadName: 'python',
    startNs,
    endNs: startNs === null || took === undefined ? null : startNs + Number(took) * 1000,
  };
}

function malformed(file: string, what: string, cause?: unknown): PerfloopError {
  return new PerfloopError('PL_PROFILE_MALFORMED', `The cProfile statistics cannot be read: ${what}.`, { where: file, fix: 'Record them again with `python -m cProfile -o FILE`, and let the program end by itself.', cause });
}
