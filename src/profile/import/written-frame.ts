import { pythonFrame } from './frame-kind.js';
import type { Frame } from './model.js';
import { nativeFrame } from './native-frame.js';
import { isPythonLibrary } from './python-library.js';

const v8Names: Record<string, Frame['kind']> = { '(root)': 'root', '(program)': 'program', '(idle)': 'idle', '(garbage collector)': 'collector' };

/** A function as tools for flame graphs write it: a name, and where it is, as far as they know. A missing `file` is native code. */
export function writtenFrame(name: string, file: string | undefined, line: number | null): Frame {
  if (file === undefined || file === '') {
    const kind = v8Names[name];
    return kind === undefined ? nativeFrame(name, '') : { name, module: '', line: null, column: null, kind };
  }
  if (/^<|\.pyx?$/.test(file)) {
    const frame = { ...pythonFrame(file, line ?? 1, name), line };
    return !file.startsWith('/') && frame.kind === 'source' && isPythonLibrary(frame.module) ? { ...frame, kind: 'library' } : frame;
  }
  if (line === null && isObject(file)) return nativeFrame(name, file);
  return { name, module: file, line, column: null, kind: file.startsWith('node:') ? 'library' : 'source' };
}

/** Shared objects and programs; a file of source has another ending. */
const isObject = (file: string): boolean => /\.so(?:\.[\d.]+)?$|\.dylib$|\.dll$|\.exe$|^\[/.test(file) || !/\.\w+$/.test(file);

/**
 * A frame of a folded stack: `name`, `name (file:line)` of py-spy, `name (object)`, or with the marks of stackcollapse-perf for the
 * kernel, for inlined and for compiled code.
 */
export function foldedFrame(text: string): { frame: Frame; line: number | null } {
  const [, name = text, mark] = /^(.*)_\[([kij])\]$/s.exec(text) ?? [];
  if (mark === 'k') return { frame: { ...nativeFrame(name, '[kernel]'), kind: 'library' }, line: null };
  const [, written, file, line] = /^(.+) \(([^(),]*?)(?::(\d+))?\)$/s.exec(name) ?? [];
  const isPlace = written !== undefined && file !== undefined && (line !== undefined || /^(?:[/<]|[^ ]+\.\w+$)/.test(file));
  if (!isPlace) return { frame: writtenFrame(name, undefined, null), line: null };
  const at = line === undefined ? null : Number(line);
  return { frame: writtenFrame(written, file, at), line: at };
}
