import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConfig } from '../src/core/config/parse.js';
import { newModel } from '../src/core/run/model.js';
import { homeFrom } from '../src/store/home.js';
import { openStoreWriter } from '../src/store/writer.js';
import { packageRoot } from '../src/worker/engine/package-paths.js';
import type { Figure } from './figure.js';
import { ownEnvironment } from './support/home.js';
import { ratioOf } from './support/times.js';

const pairs = 25;
const storedRuns = 1000;
const launcher = join(packageRoot, 'bin', 'perfloop.js');
const nothing = { file: process.execPath, args: ['-e', '0'] };

/** How long a person waits for the command line, beside `node -e 0`. */
export async function startup(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-'));
  try {
    const env = ownEnvironment(root);
    storeRuns(root);
    const version = ratioOf({ file: process.execPath, args: [launcher, '--version'], env }, nothing, pairs);
    const runs = ratioOf({ file: process.execPath, args: [launcher, 'runs'], env }, nothing, pairs);
    return [
      { name: 'node -e 0', value: version.baselineMilliseconds, unit: 'ms', aim: null },
      { name: 'perfloop --version, by node -e 0', value: version.ratio, unit: 'x', aim: { atMost: 1.5 } },
      { name: `perfloop runs with ${storedRuns} runs stored, by node -e 0`, value: runs.ratio, unit: 'x', aim: { atMost: 6 } },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function storeRuns(root: string): void {
  const store = openStoreWriter(homeFrom({ PERFLOOP_HOME: root }).db);
  const bundle = { sha: '0'.repeat(64), bytes: 0, kind: 'bundle' as const };
  for (let index = 0; index < storedRuns; index++) {
    const run = `r-${index.toString(32).padStart(8, 'a')}`;
    const target = { id: `t${index % 20}`, name: `target-${index % 20}`, base: { commit: '0'.repeat(40), bundle }, origin: '/somewhere', revision: 'HEAD' };
    const { status } = newModel({ v: 1, run, target, config: defaultConfig(), queuePrefix: 'perfloop', who: 'bench', warnings: [] }, 'run', 1_700_000_000_000 + index);
    const { trials: _trials, decisions: _decisions, ...header } = status;
    store.recordRun({ ...header, state: 'done', endedAt: header.startedAt + 60_000 });
  }
  store.close();
}
