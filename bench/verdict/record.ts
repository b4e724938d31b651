import { randomBytes, randomInt } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawLayoutSeed, takeSample } from '../../src/measure/sample.js';
import type { Recording } from './recording.js';

/**
 * Records samples of small benchmarks on this machine, taken the way that perfloop takes them, for the noise models:
 *   npx tsx bench/verdict/record.ts --name busy-evening
 * A minute or two a benchmark. Whatever else runs meanwhile is in the numbers, which is the point.
 */
const { values } = parseArgs({ options: { name: { type: 'string' }, samples: { type: 'string', default: '240' }, layouts: { type: 'string', default: '12' }, visits: { type: 'string', default: '12' } } });
const { name } = values;
if (name === undefined || !/^[a-z0-9-]+$/.test(name)) throw new Error('--name: lower-case letters, digits and dashes');

const workloads = { records: 'node workloads/records.mjs', primes: 'node workloads/primes.mjs', words: 'python3 workloads/words.py' };
const here = import.meta.dirname;
const scratch = await mkdtemp(join(tmpdir(), 'perfloop-record-'));

interface Layout {
  worktree: string;
  layoutSeed: number;
}

async function drawLayout(): Promise<Layout> {
  const worktree = join(scratch, randomBytes(8).toString('hex'));
  await cp(join(here, 'workloads'), join(worktree, 'workloads'), { recursive: true });
  return { worktree, layoutSeed: drawLayoutSeed() };
}

async function sample(run: string, layout: Layout): Promise<number> {
  const taken = await takeSample({ command: { run, cwd: '.', env: {}, timeout: 60_000 }, rules: [], ...layout });
  if (!taken.ok) throw new Error(`${run} failed: ${JSON.stringify(taken.failure)}`);
  return Number(taken.wallMs.toPrecision(5));
}

function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

try {
  for (const [workload, run] of Object.entries(workloads)) {
    const at = new Date().toISOString();
    const before = loadavg()[0] ?? 0;
    const one = await drawLayout();
    await sample(run, one);
    const series: number[] = [];
    while (series.length < Number(values.samples)) series.push(await sample(run, one));

    const drawn: Layout[] = [];
    while (drawn.length < Number(values.layouts)) drawn.push(await drawLayout());
    const layouts: number[][] = drawn.map(() => []);
    for (let visit = 0; visit < Number(values.visits); visit++) {
      for (const i of shuffled(drawn.length)) layouts[i]?.push(await sample(run, drawn[i] as Layout));
    }
    const recording: Recording = { command: run, host: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version }, at, load: [before, loadavg()[0] ?? 0], series, layouts };
    await writeFile(join(here, 'recordings', `${workload}-${name}.json`), `${JSON.stringify(recording)}\n`);
    console.log(`${workload}: ${series.length} samples and ${layouts.length} layouts of ${values.visits}, load ${recording.load.map((load) => load.toFixed(1)).join(' to ')}`);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
