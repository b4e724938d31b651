import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseDuration } from '../../src/core/duration-text.js';
import { mean, quantile } from '../../src/core/stats/summary.js';
import { messageNames } from '../../src/core/messages.js';
import { engineStatus } from '../../src/worker/engine/engine.js';
import { withEngine } from '../support/home.js';
import { approved, completed, startNoopRun, waitsForPerson } from './runs.js';
import { slopeOf, type Reading } from './slope.js';

/**
 * `npx tsx bench/fleet/soak.ts [--for 24h] [--at-once 4]`: runs one after another in some lanes, for long. Says how the worker's
 * memory grows, how long queries and approvals take meanwhile, and whether every run completed once.
 */
const { values } = parseArgs({ options: { for: { type: 'string', default: '24h' }, 'at-once': { type: 'string', default: '4' }, steps: { type: 'string', default: '20' }, every: { type: 'string', default: '5s' } } });
const [forMs = 86_400_000, everyMs = 5000] = [parseDuration(values.for), parseDuration(values.every)];
const steps = Number(values.steps);
/** Caches fill at first: what grows then is no leak. */
const warmUp = 1 / 3;

await withEngine(async ({ client, home }) => {
  const runs: string[] = [];
  const open = new Set<string>();
  const memory: Reading[] = [];
  const queryMs: number[] = [];
  const began = performance.now();
  const goesOn = (): boolean => performance.now() - began < forMs;
  const approvalMs: number[] = [];
  /** Of one lane each run asks a person first, and is approved at once. */
  const lane = async ({ asks }: { asks: boolean }): Promise<void> => {
    while (goesOn()) {
      const run = `r-soak${runs.length}`;
      runs.push(run);
      await startNoopRun(client, run, steps, { asks });
      open.add(run);
      if (asks) {
        await waitsForPerson(client, run);
        approvalMs.push(await approved(client, run));
      }
      await client.workflow.getHandle(run).result();
      open.delete(run);
    }
  };
  const watch = async (): Promise<void> => {
    while (goesOn()) {
      const engine = await engineStatus(home);
      if (engine.running && engine.workerPid !== null) memory.push({ at: (performance.now() - began) / 3_600_000, value: residentMb(engine.workerPid) });
      for (const run of open) {
        const asked = performance.now();
        // One that has just ended answers too.
        await client.withDeadline(Date.now() + 10_000, () => client.workflow.getHandle(run).query(messageNames.status));
        queryMs.push(performance.now() - asked);
      }
      await sleep(everyMs);
    }
  };
  await Promise.all([watch(), ...Array.from({ length: Number(values['at-once']) }, (_, index) => lane({ asks: index === 0 }))]);
  const { started, done, twice, lost } = await completed(client, home, runs, steps);
  const settled = memory.slice(Math.floor(memory.length * warmUp));
  const slope = slopeOf(settled);
  console.log(JSON.stringify({
    hours: Number(((performance.now() - began) / 3_600_000).toFixed(3)), started, done, twice, lost,
    memoryMb: { first: memory[0]?.value, last: memory.at(-1)?.value, most: Math.max(...memory.map(({ value }) => value)), bySixths: sixths(memory) },
    slopeMbPerHour: slope, queries: queryMs.length, queryMs: { p50: quantile(queryMs, 0.5), p95: quantile(queryMs, 0.95), most: Math.max(...queryMs) },
    approvals: approvalMs.length, approvalMs: { p50: quantile(approvalMs, 0.5), p95: quantile(approvalMs, 0.95), most: Math.max(...approvalMs) },
  }, null, 1));
  if (done !== started) process.exitCode = 1;
});

/** The mean of each sixth of the readings: whether it still grows at the end. */
function sixths(readings: readonly Reading[]): number[] {
  const part = Math.ceil(readings.length / 6);
  return Array.from({ length: Math.ceil(readings.length / part) }, (_, index) => Math.round(mean(readings.slice(index * part, (index + 1) * part).map(({ value }) => value))));
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024;
}
