import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from '../src/core/stats/summary.js';
import type { SamplingProgress } from '../src/core/status.js';
import { samplingIn } from '../src/client/heartbeats.js';
import { engineStatus, ensureEngine } from '../src/worker/engine/engine.js';
import { packageRoot } from '../src/worker/engine/package-paths.js';
import { stopEngine } from '../src/worker/engine/stop.js';
import type { Figure } from './figure.js';
import { withEngine, type BenchHome } from './support/home.js';
import { benchTarget } from './support/target.js';

const launcher = join(packageRoot, 'bin', 'perfloop.js');
const kills = 3;

/** How soon a run is started, and how soon it goes on after a kill. */
export async function recovery(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-'));
  try {
    return await withEngine(async (bench) => {
      const folder = benchTarget(root, '[verdict]\nprotocol = "fixed"\nruns = 200\nbuilds = 1\n');
      const detached: number[] = [];
      for (let start = 0; start < 5; start++) {
        const { seconds, run } = startDetached(bench, folder);
        detached.push(seconds);
        // It may be over by now; the next one is not to be timed beside its end.
        for (const verb of ['cancel', 'attach']) spawnSync(process.execPath, [launcher, verb, run], { env: bench.env });
      }
      const resumed: number[] = [];
      for (let kill = 0; kill < kills; kill++) resumed.push(await killAndWait(bench, folder));
      await stopEngine(bench.home);
      const began = performance.now();
      await ensureEngine({ home: bench.home, env: bench.env });
      const cold = (performance.now() - began) / 1000;
      return [
        { name: 'run --detach with the engine up', value: median(detached), unit: 's', aim: { atMost: 1 } },
        { name: 'cold start of the engine, everything cached', value: cold, unit: 's', aim: { atMost: 5 } },
        { name: 'from kill -9 of the worker until sampling goes on, the worst', value: Math.max(...resumed), unit: 's', aim: { atMost: 10 } },
      ];
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function startDetached({ env }: BenchHome, folder: string): { seconds: number; run: string } {
  const began = performance.now();
  const out = execFileSync(process.execPath, [launcher, 'run', folder, '--detach', '--json'], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return { seconds: (performance.now() - began) / 1000, run: (JSON.parse(out) as { run: string }).run };
}

/** Seconds from the kill, in the middle of a trial's samples, until the next pair. */
async function killAndWait(bench: BenchHome, folder: string): Promise<number> {
  const judged = promisify(execFile)(process.execPath, [launcher, 'judge', '--repo', folder, '--base', 'main', '--candidate', 'faster', '--json'], { env: bench.env });
  judged.catch(() => {});
  const before = await samples(bench, (progress) => progress.stage === 'confirm' && progress.pairs >= 3);
  const { workerPid } = (await engineStatus(bench.home)) as { workerPid: number };
  const began = performance.now();
  process.kill(workerPid, 'SIGKILL');
  await samples(bench, (progress) => progress.resumed >= before.pairs && progress.pairs > progress.resumed);
  const seconds = (performance.now() - began) / 1000;
  for await (const run of bench.client.workflow.list({ query: "ExecutionStatus = 'Running' AND WorkflowType = 'judge'" })) await bench.client.workflow.getHandle(run.workflowId).cancel();
  await judged.catch(() => {});
  return seconds;
}

async function samples({ client }: BenchHome, wanted: (progress: SamplingProgress) => boolean): Promise<SamplingProgress> {
  for (;;) {
    for await (const trial of client.workflow.list({ query: "ExecutionStatus = 'Running' AND WorkflowType = 'trial'" })) {
      const told = await samplingIn(await client.workflow.getHandle(trial.workflowId).describe(), client);
      const found = told.find((progress): progress is SamplingProgress => progress.doing !== 'building' && wanted(progress));
      if (found !== undefined) return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
