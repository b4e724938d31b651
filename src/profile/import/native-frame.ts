import { pythonFrame, v8Frame } from './frame-kind.js';
import type { Frame } from './model.js';

/** Folders that hold what came with the system, and not what its user wrote. */
const systemFolders = /^\/(?:usr\/)?lib(?:32|64|x32|exec)?\//;
/** What GCC adds to the name of a function that has to do with its newer strings and lists. */
const abiTag = /\[abi:\w+\]/g;
/** A JIT of V8 (`--perf-basic-prof`): kind of code, how far it is optimised, name, place. */
const v8Symbol = /^(?:JS|LazyCompile|Function|Eval|Script|Builtin|BytecodeHandler|Stub|RegExp):[*~^+-]?\s*(.*)$/s;
const v8Place = /^(.*?) ?((?:file:\/\/|node:|\/|https?:\/\/)\S*?)(?::(\d+))?(?::(\d+))?$/s;

/**
 * A function as profilers of native code name it: its symbol and the program or shared object it is in. Symbols of the maps that
 * Python (`-X perf`) and V8 (`--perf-basic-prof`) write for perf become functions of files.
 */
export function nativeFrame(symbol: string, module: string): Frame {
  const python = /^py::(.*):([^:]+)$/s.exec(symbol);
  if (python !== null) return { ...pythonFrame(python[2] ?? '', 1, python[1] ?? ''), line: null };
  const script = /perf-\d+\.map$|^\[?(?:anon|JIT)/.test(module) ? v8Symbol.exec(symbol) : null;
  if (script !== null) return scriptFrame(symbol, script[1] ?? '');
  const name = /^(?:0x[0-9a-f]+|\?\?|)$/.test(symbol) ? '[unknown]' : symbol.replaceAll(abiTag, '');
  if (module.startsWith('[') || systemFolders.test(module)) return { name, module, line: null, column: null, kind: 'library' };
  return { name, module, line: null, column: null, kind: name === '[unknown]' ? 'builtin' : 'native' };
}

function scriptFrame(symbol: string, rest: string): Frame {
  const place = /^(?:Builtin|BytecodeHandler|Stub|RegExp)/.test(symbol) ? null : v8Place.exec(rest);
  if (place === null) return { name: rest || symbol, module: '', line: null, column: null, kind: 'builtin' };
  return v8Frame({ functionName: place[1] ?? '', url: place[2] ?? '', lineNumber: Number(place[3] ?? 0) - 1, columnNumber: Number(place[4] ?? 0) - 1 });
}
