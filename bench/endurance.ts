import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineStatus } from '../src/worker/engine/engine.js';
import { packageRoot } from '../src/worker/engine/package-paths.js';
import type { RunStatus } from '../src/core/status.js';
import type { Figure } from './figure.js';
import { withEngine } from './support/home.js';
import { benchTarget } from './support/target.js';

const launcher = join(packageRoot, 'bin', 'perfloop.js');
const rounds = 10;
/** The script proposes a change that does nothing for each of the hottest findings; each makes a trial. */
const trials = 50;

/** Memory of the worker after 50 trials, and the largest history of a run of 10 rounds. */
export async function endurance(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-'));
  try {
    return await withEngine(async ({ home, env, client }) => {
      const script = join(root, 'propose.mjs');
      writeFileSync(script, "import { appendFileSync } from 'node:fs';\nappendFileSync('work.js', `// ${Math.random()}\\n`);\nconsole.log('a change of nothing');\n");
      const folder = benchTarget(root, `[verdict]\nprotocol = "fixed"\nruns = 6\nbuilds = 1\nwarmups = 0\nnoise_pairs = 4\n[loop]\nrounds = ${rounds}\nplateau = ${rounds}\nmax_trials = ${trials}\n[profile]\nmin_share = 0.0\n[propose]\nrecipes = false\nscript = "node ${script}"\n`);
      const counts: number[] = [];
      let largest = 0;
      while (counts.reduce((sum, count) => sum + count, 0) < trials) {
        const { stdout } = await promisify(execFile)(process.execPath, [launcher, 'run', folder, '--json'], { env, maxBuffer: 2 ** 26 });
        const status = JSON.parse(stdout) as RunStatus;
        counts.push(status.trials.length);
        if (status.trials.length === 0) throw new Error(`the run had no trial: ${status.warnings.join(' ')}`);
        for await (const execution of client.workflow.list({ query: `WorkflowId = '${status.run}'` })) largest = Math.max(largest, execution.historySize ?? 0);
      }
      const { workerPid } = (await engineStatus(home)) as { workerPid: number };
      const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${workerPid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
      return [
        { name: 'trials', value: counts.reduce((sum, count) => sum + count, 0), unit: '', aim: null },
        { name: 'resident memory of the worker after them', value: resident, unit: 'MB', aim: { atMost: 400 } },
        { name: `largest history of an execution of a run of ${rounds} rounds`, value: largest / 2 ** 20, unit: 'MB', aim: { atMost: 2 } },
      ];
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
