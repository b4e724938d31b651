import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Which lines of which files were executed; 1-based. A file that is not there was not loaded. */
export type Executed = ReadonlyMap<string, ReadonlySet<number>>;

const range = z.object({ startOffset: z.number(), endOffset: z.number(), count: z.number() });
const v8Schema = z.object({ result: z.array(z.object({ url: z.string(), functions: z.array(z.object({ ranges: z.array(range) })) })) });
const pythonSchema = z.object({ intact: z.boolean(), lines: z.record(z.string(), z.array(z.int())) });

/** What processes left in a folder, of the given files (absolute, as the processes saw them). `text` gives a file as it is. */
export async function readCoverage(folder: string, files: readonly string[], text: (file: string) => Promise<string>): Promise<{ executed: Executed; processes: { v8: number; python: number } } | 'tampered'> {
  const executed = new Map<string, Set<number>>();
  const wanted = new Set(files);
  const processes = { v8: 0, python: 0 };
  for (const name of await readdir(folder)) {
    if (name.endsWith('.part')) return 'tampered';
    const content: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
    if (name.startsWith('lines-')) {
      const { intact, lines } = pythonSchema.parse(content);
      if (!intact) return 'tampered';
      processes.python += 1;
      for (const [file, numbers] of Object.entries(lines)) add(executed, file, numbers);
      continue;
    }
    processes.v8 += 1;
    for (const { url, functions } of v8Schema.parse(content).result) {
      const file = url.startsWith('file:') ? fileURLToPath(url) : url;
      if (wanted.has(file)) add(executed, file, linesOf(await text(file), functions.flatMap(({ ranges }) => ranges)));
    }
  }
  return { executed, processes };
}

function add(executed: Map<string, Set<number>>, file: string, lines: Iterable<number>): void {
  const known = executed.get(file) ?? new Set();
  for (const line of lines) known.add(line);
  executed.set(file, known);
}

/**
 * The lines with a character that was executed: of the ranges around a character the smallest one counts, as V8 nests
 * them. Offsets are UTF-16 code units.
 */
function linesOf(source: string, ranges: readonly z.infer<typeof range>[]): number[] {
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
