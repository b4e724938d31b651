import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, FrameKind } from './model.js';

/** The name that the V8 hook's file has; its frames are perfloop's own. */
export const v8HookFile = 'perfloop-v8-hook.cjs';

const v8Kinds: Record<string, FrameKind> = { '(root)': 'root', '(program)': 'program', '(idle)': 'idle', '(garbage collector)': 'collector' };

/** V8 counts lines and columns of a call frame from 0; -1 stands for none. */
export function v8Frame({ functionName, url, lineNumber, columnNumber }: { functionName: string; url: string; lineNumber: number; columnNumber: number }): Frame {
  const module = modulePath(url);
  const kind = v8Kind(functionName, module);
  const isModule = functionName === '' && lineNumber === 0 && columnNumber === 0;
  return {
    name: functionName || (isModule ? '(module)' : '(anonymous)'),
    module,
    line: module !== '' && lineNumber >= 0 ? lineNumber + 1 : null,
    column: module !== '' && columnNumber >= 0 ? columnNumber + 1 : null,
    kind,
  };
}

function v8Kind(name: string, module: string): FrameKind {
  if (module === '') return v8Kinds[name] ?? 'builtin';
  // V8 samples on while the thread waits for a child process.
  if (name === 'spawnSync' && module === 'node:internal/child_process') return 'idle';
  if (/^(node:)?internal\/(modules|bootstrap|process\/esm_loader)/.test(module)) return 'loader';
  if (/^(node:|internal\/)/.test(module)) return 'library';
  return module.endsWith(v8HookFile) ? 'profiler' : 'source';
}

/** A path for file URLs; other URLs without what may carry a secret: credentials, query, fragment, data. */
function modulePath(url: string): string {
  if (url.startsWith('data:')) return '[data URL]';
  const bare = url.replace(/[?#].*$/s, '').replace(/^(\w+:\/\/)[^/@]*@/, '$1');
  if (!bare.startsWith('file://')) return bare;
  try {
    return fileURLToPath(bare);
  } catch {
    return bare;
  }
}

/** Waiting shows as time in these: cProfile measures wall time. */
const pythonWaits = new Set([
  '{built-in method time.sleep}',
  "{method 'acquire' of '_thread.lock' objects}",
  "{method 'acquire' of '_thread.RLock' objects}",
  "{method '__enter__' of '_thread.lock' objects}",
  "{method 'acquire' of '_multiprocessing.SemLock' objects}",
  "{method '__enter__' of '_multiprocessing.SemLock' objects}",
  "{method 'join' of '_thread._ThreadHandle' objects}",
  '{built-in method select.select}',
  "{method 'poll' of 'select.poll' objects}",
  "{method 'poll' of 'select.epoll' objects}",
  "{method 'control' of 'select.kqueue' objects}",
  '{built-in method posix.waitpid}',
  '{built-in method posix.wait}',
  '{built-in method posix.read}',
  "{method 'accept' of '_socket.socket' objects}",
  "{method '_accept' of '_socket.socket' objects}",
  "{method 'connect' of '_socket.socket' objects}",
  "{method 'recv' of '_socket.socket' objects}",
  "{method 'recv_into' of '_socket.socket' objects}",
  "{method 'read' of '_ssl._SSLSocket' objects}",
]);

/** Functions of Python's modules that wait, without their module. */
const waitingFunctions = new Set([...pythonWaits].flatMap((name) => /^\{built-in method \w+\.(\w+)\}$/.exec(name)?.[1] ?? []));

/**
 * Whether native code waits, by the name that Python writes of it: `<built-in function sleep>`, or `<built-in method acquire of
 * _thread.lock object>`. PyTorch's own functions wait for a device or another process.
 */
export function isPythonWait(name: string): boolean {
  const [, fn] = /^<built-in function (\w+)>$/.exec(name) ?? [];
  if (fn !== undefined) return waitingFunctions.has(fn) || fn === '_cuda_synchronize';
  const [, method = '', type = ''] = /^<built-in method (\w+) of (\S+) object>$/.exec(name) ?? [];
  return pythonWaits.has(`{method '${method}' of '${type}' objects}`) || (method === 'synchronize' && /(?:^|[._])(?:Event|Stream)(?:Base)?$/.test(type)) || (method === 'wait' && type === 'PyCapsule');
}

/** cProfile's key of a function: file (`~` for native code), first line, name. */
export function pythonFrame(file: string, line: number, name: string): Frame {
  if (file === '~') {
    // As pstats prints it.
    const shown = name.replace(/^<(.*)>$/s, '{$1}');
    return { name: shown, module: '', line: null, column: null, kind: pythonWaits.has(shown) ? 'idle' : 'builtin' };
  }
  // Python keeps the `..` of an entry of sys.path in the names of the files that it finds there.
  const module = file.startsWith('<') ? file : posix.normalize(file);
  return { name, module, line: Math.max(line, 1), column: null, kind: pythonKind(module, name) };
}

function pythonKind(file: string, name: string): FrameKind {
  if (/^<frozen (importlib|zipimport)|[\\/]python3[^\\/]*[\\/](importlib[\\/]|zipimport\.py$)/.test(file)) return 'loader';
  if (file.startsWith('<frozen ')) return 'library';
  if (/[\\/]lib[\\/]python3(\.\d+)?t?[\\/]/i.test(file) && !/[\\/](site|dist)-packages[\\/]/.test(file)) {
    return name === 'main' && /multiprocessing[\\/]resource_tracker\.py$/.test(file) ? 'idle' : 'library';
  }
  return /(?:^|\.)<(?:list|dict|set)comp>$/.test(name) ? 'inlined' : 'source';
}

/** Whether the time of such a frame belongs to the function that called it: that is where a change could save it. */
export function chargesCaller(kind: FrameKind): boolean {
  return kind === 'builtin' || kind === 'library' || kind === 'inlined' || kind === 'native';
}
