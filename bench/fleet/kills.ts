import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseDuration } from '../../src/core/duration-text.js';
import { engineStatus } from '../../src/worker/engine/engine.js';
import { withEngine } from '../support/home.js';
import { completed, startNoopRun } from './runs.js';

/** `npx tsx bench/fleet/kills.ts [--for 5m] [--every 10s]`: the worker is killed again and again; every run has to complete, none twice. */
const { values } = parseArgs({ options: { for: { type: 'string', default: '5m' }, every: { type: 'string', default: '10s' }, steps: { type: 'string', default: '20' } } });
const [forMs = 300_000, everyMs = 10_000] = [parseDuration(values.for), parseDuration(values.every)];
const steps = Number(values.steps);
/** A run begins this often, so that some are under way at each kill. */
const startEveryMs = 1500;

await withEngine(async ({ client, home }) => {
  const runs: string[] = [];
  let kills = 0;
  const began = performance.now();
  const killing = (async () => {
    while (performance.now() - began < forMs) {
      await sleep(everyMs);
      const engine = await engineStatus(home);
      if (!engine.running || engine.workerPid === null) continue;
      try {
        process.kill(engine.workerPid, 'SIGKILL');
        kills += 1;
      } catch {
        // It is being started again.
      }
    }
  })();
  while (performance.now() - began < forMs) {
    const run = `r-kill${runs.length}`;
    await startNoopRun(client, run, steps);
    runs.push(run);
    await sleep(startEveryMs);
  }
  await killing;
  const result = await completed(client, home, runs, steps);
  console.log(JSON.stringify({ seconds: Math.round((performance.now() - began) / 1000), kills, steps, ...result }));
  if (result.done !== result.started) process.exitCode = 1;
});
