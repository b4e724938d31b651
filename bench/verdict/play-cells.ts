import { Worker } from 'node:worker_threads';
import type { Cell, CellResult } from './cell.js';

/** Plays cells on so many threads; the results are in the order of the cells, whichever ended first. */
export async function playCells(cells: readonly Cell[], threads: number, onDone: (done: number) => void = () => {}): Promise<CellResult[]> {
  const results: CellResult[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url));
    try {
      for (let at = next++; at < cells.length; at = next++) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        worker.postMessage(cells[at]);
        results[at] = await new Promise<CellResult>((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
        });
        worker.removeAllListeners('error');
        onDone(++done);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, cells.length) }, work));
  return results;
}
