/**
 * What a frame is, as far as the profile alone says it.
 * `source`: code of a file. `inlined`: a Python comprehension that is a function of its own before 3.12. `builtin`: native code
 * of the language (Array.prototype.indexOf, list.index). `library`: the language's own library in its own language (node:fs,
 * copy.py). `loader`: the module system. `program`: native time outside of any function. `profiler`: perfloop's own hook.
 * `native`: a function of a program or shared object, or of whatever language where the profiler names no file; where code of a
 * file called it, the time is that one's.
 */
export type FrameKind = 'source' | 'native' | 'inlined' | 'builtin' | 'library' | 'loader' | 'collector' | 'program' | 'idle' | 'profiler' | 'root';

export interface Frame {
  name: string;
  /** Absolute path, a name such as `node:fs`, a shared object, or empty where native code is in none that is known. */
  module: string;
  /** Where it begins, or the first of its lines that was seen; 1-based; null where there is no source. */
  line: number | null;
  column: number | null;
  kind: FrameKind;
}

/** Where time goes: `code` belongs to a function, `runtime` is library code that no function of a file called. */
export type Category = 'code' | 'runtime' | 'loader' | 'collector' | 'program' | 'idle';

/** Profilers of host code, each by the name of its output. */
export type HostProfileKind = 'v8' | 'cprofile' | 'perf' | 'folded' | 'speedscope' | 'nsys' | 'torch';

/** Of one thread of one process, as one profile file tells it. */
export interface ProfileSource {
  fileName: string;
  kind: HostProfileKind;
  pid: number;
  tid: number;
  /** Of the program. */
  name: string;
  threadName: string;
  /** Monotonic clock of the host; null where the file does not say. */
  startNs: number | null;
  endNs: number | null;
}

/** A node of the tree of stacks. Parents come before their children. */
export interface StackNode {
  parent: StackNode | null;
  frame: Frame;
}

export interface SampledProfile {
  source: ProfileSource;
  stacks: StackNode[];
  /** In time order; `startNs` counts from `source.startNs`. */
  samples: { stack: StackNode; startNs: number; durationNs: number }[];
  lines: { frame: Frame; line: number; ns: number }[];
}

export interface CountedFunction {
  frame: Frame;
  calls: number;
  /** Calls that were not made from within itself. */
  primitiveCalls: number;
  selfNs: number;
  /** With callees; recursion counted once. */
  totalNs: number;
}

export interface CountedCall {
  caller: CountedFunction;
  callee: CountedFunction;
  calls: number;
  primitiveCalls: number;
  /** Time in the callee itself when called by this caller. */
  selfNs: number;
  totalNs: number;
}

export interface CountedProfile {
  source: ProfileSource;
  functions: CountedFunction[];
  calls: CountedCall[];
}
