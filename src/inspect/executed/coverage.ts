import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readPlainFolder } from '../../workspace/plain-file.js';

/** Which lines of which files were executed; 1-based. A file that is not there was not loaded. */
export type Executed = ReadonlyMap<string, ReadonlySet<number>>;

const range = z.object({ startOffset: z.number().nonnegative(), endOffset: z.number().nonnegative(), count: z.number() });
type Range = z.infer<typeof range>;
const v8Schema = z.object({ result: z.array(z.object({ url: z.string(), functions: z.array(z.object({ ranges: z.array(range) })) })) });
const pythonSchema = z.object({ intact: z.boolean(), lines: z.record(z.string(), z.array(z.int())) });

/** A large program leaves some ten MiB a process. */
const mostLeft = { files: 1000, bytes: 64 << 20 };
/** See `workOf`. A file of a MiB in 50 processes takes it; more would hold up the worker. */
const mostWork = 2e9;

/**
 * What processes left in a folder, of the given files (absolute, as the processes saw them). `text` gives a file as it is,
 * null where that is not known. The target could write there, too: `tampered` is what the hooks would not have left.
 */
export async function readCoverage(folder: string, files: readonly string[], text: (file: string) => Promise<string | null>): Promise<{ executed: Executed; processes: { v8: number; python: number } } | 'tampered'> {
  const left = await readPlainFolder(folder, mostLeft);
  if (left === null) return 'tampered';
  const executed = new Map<string, Set<number>>();
  const wanted = new Set(files);
  const processes = { v8: 0, python: 0 };
  let work = 0;
  for (const { name, content } of left) {
    if (name.endsWith('.part')) return 'tampered';
    if (name.startsWith('lines-')) {
      const python = readAs(pythonSchema, content);
      if (python?.intact !== true) return 'tampered';
      processes.python += 1;
      for (const [file, numbers] of Object.entries(python.lines)) add(executed, file, numbers);
      continue;
    }
    const v8 = readAs(v8Schema, content);
    if (v8 === null) return 'tampered';
    processes.v8 += 1;
    for (const { url, functions } of v8.result) {
      const file = fileOf(url);
      if (!wanted.has(file)) continue;
      const source = await text(file);
      if (source === null) return 'tampered';
      const ranges = functions.flatMap((one) => one.ranges);
      work += workOf(source, ranges);
      if (work > mostWork) return 'tampered';
      add(executed, file, linesOf(source, ranges));
    }
  }
  return { executed, processes };
}

function readAs<T>(schema: z.ZodType<T>, content: Buffer): T | null {
  try {
    return schema.parse(JSON.parse(content.toString('utf8')));
  } catch {
    return null;
  }
}

/** A path that is none of a file stays what it is. */
function fileOf(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}

function add(executed: Map<string, Set<number>>, file: string, lines: Iterable<number>): void {
  const known = executed.get(file) ?? new Set();
  for (const line of lines) known.add(line);
  executed.set(file, known);
}

/** Characters that `linesOf` goes over: looking at one takes as long as painting twenty. */
function workOf({ length }: string, ranges: readonly Range[]): number {
  return ranges.reduce((sum, { startOffset, endOffset }) => sum + Math.max(0, Math.min(endOffset, length) - startOffset), 20 * length);
}

/**
 * The lines with a character that was executed: of the ranges around a character the smallest one counts, as V8 nests
 * them. Offsets are UTF-16 code units.
 */
function linesOf(source: string, ranges: readonly Range[]): number[] {
  // The larger first, so that a smaller one inside paints over it.
  const ran = new Uint8Array(source.length);
  for (const { startOffset, endOffset, count } of ranges.toSorted((a, b) => b.endOffset - b.startOffset - (a.endOffset - a.startOffset))) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  const lines: number[] = [];
  let at = 0;
  for (const [index, line] of source.split('\n').entries()) {
    for (let i = 0; i < line.length; i++) {
      if (ran[at + i] === 1 && !/[\s{}();,]/.test(line.charAt(i))) {
        lines.push(index + 1);
        break;
      }
    }
    at += line.length + 1;
  }
  return lines;
}
