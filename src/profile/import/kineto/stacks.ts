import { basename } from 'node:path';
import type Database from '../../../store/sqlite.js';
import { entry } from '../../tools/entry.js';
import { isPythonWait, pythonFrame } from '../frame-kind.js';
import { StackTree, ThreadSamples } from '../gather.js';
import type { Frame } from '../model.js';
import { isPythonLibrary } from '../python-library.js';
import type { Seen } from '../seen-functions.js';
import { callchainsViewSql, compositeEventsSql } from '../schema.js';
import { ProfileWriter } from '../writer.js';
import { isCudaWait } from './names.js';

/** Python's functions, and within them operators and calls of CUDA, of one thread, each before what it holds. */
const spansSql = `
SELECT start, "end" AS stop, nameId, 1 AS isPython FROM KINETO_PYTHON WHERE globalTid = CAST(:thread AS INTEGER)
UNION ALL SELECT start, "end", textId, 0 FROM NVTX_EVENTS WHERE globalTid = CAST(:thread AS INTEGER) AND "end" IS NOT NULL
UNION ALL SELECT start, "end", nameId, 0 FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE globalTid = CAST(:thread AS INTEGER)
ORDER BY start, stop DESC, isPython DESC`;

interface Span {
  start: number;
  stop: number;
  nameId: number;
}

/**
 * Makes stacks of the functions of Python that a trace holds when it was recorded with `with_stack=True`: between two events, what is
 * open is the stack. Operators, annotations and calls of CUDA are native functions on top.
 */
export function addPythonStacks(db: Database.Database, file: string): void {
  const threads = db.prepare<[], { thread: string; first: number; last: number }>('SELECT CAST(globalTid AS TEXT) AS thread, MIN(start) AS first, MAX("end") AS last FROM KINETO_PYTHON GROUP BY globalTid').all();
  if (threads.length === 0) return;
  db.exec(compositeEventsSql + callchainsViewSql);
  const writer = new ProfileWriter(db);
  const tree = new StackTree();
  const frames = new Frames(db);
  for (const { thread, first, last } of threads) {
    const source = { fileName: basename(file), kind: 'torch' as const, pid: 0, tid: 0, name: '', threadName: '', startNs: first, endNs: last };
    const samples = new ThreadSamples(source, tree);
    const open: { stop: number; seen: Seen }[] = [];
    let now = first;
    const advance = (to: number): void => {
      for (let top = open.at(-1); top !== undefined && top.stop <= to; top = open.at(-1)) {
        if (top.stop > now) samples.add(open.map(({ seen }) => seen), now - first, top.stop - now);
        now = Math.max(now, top.stop);
        open.pop();
      }
      if (to > now) samples.add(open.map(({ seen }) => seen), now - first, to - now);
      now = Math.max(now, to);
    };
    for (const { start, stop, nameId } of db.prepare<[{ thread: string }], Span>(spansSql).iterate({ thread })) {
      advance(start);
      const seen = frames.of(nameId);
      // What outlasts its caller by the rounding of times ends with it.
      if (seen !== null && stop > start) open.push({ stop: Math.min(stop, open.at(-1)?.stop ?? stop), seen });
    }
    advance(Number.MAX_SAFE_INTEGER === now ? now : Math.max(last, now, ...open.map(({ stop }) => stop)));
    writer.sampledOf(samples.finish(), BigInt(thread));
  }
}

class Frames {
  readonly #frames = new Map<number, Seen | null>();
  readonly #same = new Map<string, Seen>();
  readonly #text: Database.Statement<[number], string>;

  constructor(db: Database.Database) {
    this.#text = db.prepare<[number], string>('SELECT value FROM StringIds WHERE id = ?').pluck();
  }

  /** Null for marks of steps, which would make a stack of its own of each. */
  of(nameId: number): Seen | null {
    return entry(this.#frames, nameId, () => this.#made(this.#text.get(nameId) ?? ''));
  }

  #made(name: string): Seen | null {
    if (/^(?:ProfilerStep#|nn\.Module: )/.test(name)) return null;
    const frame = kinetoFrame(name);
    return entry(this.#same, `${frame.name}\0${frame.module}\0${frame.line ?? ''}`, () => ({ frame, line: null }));
  }
}

/** `path(line): function` of Python, `<built-in method f of type object at 0x7f00>`, or the name of an operator or a call. */
export function kinetoFrame(name: string): Frame {
  const [, path, line, fn] = /^(.+?)\((\d+)\): (.+)$/s.exec(name) ?? [];
  if (path === undefined || fn === undefined) {
    const shown = name.replace(/ at 0x[0-9a-f]+/g, '');
    return { name: shown, module: '', line: null, column: null, kind: isCudaWait(shown) || isPythonWait(shown) ? 'idle' : 'builtin' };
  }
  const frame = pythonFrame(path, Number(line), fn);
  // The profiler cuts off where on sys.path a file is.
  const isLibrary = !path.startsWith('/') && (isPythonLibrary(frame.module) || /^torch\w*\//.test(frame.module));
  return isLibrary && frame.kind === 'source' ? { ...frame, kind: 'library' } : frame;
}
