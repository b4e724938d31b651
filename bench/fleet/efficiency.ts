import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hostSlots } from '../../src/core/kpis/intervals.js';
import type { RunStatus } from '../../src/core/status.js';
import Database from '../../src/store/sqlite.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { withEngine } from '../support/home.js';
import { benchTarget } from '../support/target.js';

/**
 * `npx tsx bench/fleet/efficiency.ts`: 100 steps that do not wait for each other, each a command that really sleeps half a second to
 * one and a half. Efficiency is the sum of what they sleep by the wall time from the first to the last, times the 8 slots of a host.
 */
const steps = 100;
const sleeps = Array.from({ length: steps }, (_, index) => 0.5 + ((index * 37) % 101) / 100);

await withEngine(async ({ env, home }) => {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-'));
  try {
    const folder = benchTarget(root);
    const config = join(root, 'steps.toml');
    // `needs` makes a graph of them.
    writeFileSync(config, `[commands]\nbenchmark = "node measure.js"\n[loop]\nrounds = 1\n${sleeps.map((seconds, index) => `[[steps]]\ntype = "command"\nname = "sleep-${index + 1}"\ncommand = "sleep ${seconds.toFixed(2)}"\nneeds = []\n`).join('')}`);
    const { stdout } = await promisify(execFile)(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), 'run', folder, '--config', config, '--json'], { env, maxBuffer: 2 ** 26 });
    const { run } = JSON.parse(stdout) as RunStatus;
    const db = new Database(home.db, { readonly: true });
    const times = db.prepare<[string], { steps: number; wall: number }>("SELECT count(*) AS steps, (max(ended) - min(began)) / 1000.0 AS wall FROM times WHERE run = ? AND step <> '' AND status = 'done'").get(run);
    db.close();
    if (times?.steps !== steps) throw new Error(`${times?.steps ?? 0} of ${steps} steps are recorded as done`);
    const slept = sleeps.reduce((sum, seconds) => sum + seconds, 0);
    console.log(JSON.stringify({ steps, sleptSeconds: Number(slept.toFixed(2)), wallSeconds: times.wall, slots: hostSlots, efficiency: Number((slept / (times.wall * hostSlots)).toFixed(3)) }));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
