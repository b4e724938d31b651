import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pairSchema } from '../../measure/sample-journal.js';

/** How sampling went on after a kill. */
export interface WentOn {
  /** The trial's pairs that were on the disk by then. */
  pairs: number;
  /** Seconds from the kill until the next pair began. */
  seconds: number;
}

/**
 * Reads the journals in a trial's folder of logs; null while no pair began after `killedAt` (milliseconds since the epoch).
 * The last pairs before a look can be taken between two looks at the live view, so that would not do.
 */
export async function wentOn(folder: string, killedAt: number): Promise<WentOn | null> {
  const names = await readdir(folder).catch(() => []);
  const journals = names.filter((name) => name.startsWith('samples-') && name.endsWith('.jsonl'));
  const texts = await Promise.all(journals.map((name) => readFile(join(folder, name), 'utf8')));
  const begun = texts.flatMap(beginnings);
  const next = Math.min(...begun.filter((at) => at >= killedAt));
  return next === Infinity ? null : { pairs: begun.filter((at) => at < killedAt).length, seconds: (next - killedAt) / 1000 };
}

/** When each pair of a journal began. Its first line is the header; what is behind the last line end is still being written. */
function beginnings(text: string): number[] {
  return text.split('\n').slice(1, -1).map((line) => pairSchema.parse(JSON.parse(line)).at);
}
