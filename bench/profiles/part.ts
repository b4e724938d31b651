import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { importProfile } from '../../src/profile/import/import.js';
import { generateExport } from './generate.js';
import { plainImport } from './plain.js';

/** On the clock, and of processors: on a machine that others use, the second says more. */
export interface Asked {
  name: string;
  seconds: number;
  cpuSeconds: number;
}

/** What a part of the bench measured, in a process of its own, so that its memory is its own. */
export interface Measured {
  seconds: number;
  /** The most that the process held. */
  megabytes: number;
  /** Of the part `tools`: what each took, and the longest time in which the main thread did not come to its timers. */
  tools?: Asked[];
  stallMs?: number;
}

/** Asks all tools in a thread, and watches the main thread meanwhile. */
async function askTools(database: string): Promise<Pick<Measured, 'tools' | 'stallMs'>> {
  const tools: Asked[] = [];
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const worker = new Worker(new URL('./tools-thread.mjs', import.meta.url), { workerData: database, execArgv: [] });
  worker.on('message', (one: Asked) => tools.push(one));
  delay.enable();
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the thread ended with ${code}`))));
  });
  delay.disable();
  return { tools, stallMs: delay.max / 1e6 };
}

const [what = '', first = '', second = ''] = process.argv.slice(2);
const parts: Record<string, () => unknown> = {
  generate: () => generateExport(first, Number(second)),
  plain: () => plainImport(first, second),
  import: () => importProfile({ files: [first], kind: 'nsys', database: second }),
  tools: () => askTools(first),
};
const began = performance.now();
const more = await parts[what]?.();
const measured: Measured = { seconds: (performance.now() - began) / 1000, megabytes: process.resourceUsage().maxRSS / 1024, ...(what === 'tools' ? (more as object) : {}) };
console.log(JSON.stringify(measured));
