import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { median } from '../src/core/stats/summary.js';
import type { ReportJson } from '../src/report/json.js';
import { packageRoot } from '../src/worker/engine/package-paths.js';
import { modelServer, type ModelServer } from '../test/support/model-server.js';
import type { Figure } from './figure.js';
import { withEngine } from './support/home.js';
import { benchTarget } from './support/target.js';

const launcher = join(packageRoot, 'bin', 'perfloop.js');
const repeats = 2;
/** Seconds that each answer of the model takes. */
const thinking = 10;
/** Seconds of one processor that a build and a test take. */
const building = 4;
const testing = 3;
/** Of the script, and of the model; none is faster, so that every way does the same work. */
const scripted = 1;
const modelled = 3;

const ways = {
  'one after another': { overlap: false, atOnce: 1 },
  'models beside trials': { overlap: true, atOnce: 1 },
  'models beside trials, two trials at once': { overlap: true, atOnce: 2 },
};

/** A run with a slow model, slow builds and slow tests: one thing after another, and at the same time, in turn. */
export async function overlap(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-'));
  const server = await slowModel();
  try {
    const folder = benchTarget(root);
    const seconds = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]));
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [name, way] of Object.entries(ways)) {
        const config = join(root, 'perfloop.toml');
        writeFileSync(config, configOf(server.url, way));
        // A home each, since what one run has tried the next would not try again.
        await withEngine(async ({ env }) => {
          const began = performance.now();
          const ran = await execa(process.execPath, [launcher, 'run', folder, '--config', config, '--json'], { env, extendEnv: false, reject: false });
          seconds.get(name)?.push((performance.now() - began) / 1000);
          const { trials = [] } = JSON.parse(ran.stdout || '{}') as Partial<ReportJson>;
          if (trials.length !== scripted + modelled) throw new Error(`${trials.length} trials in place of ${scripted + modelled}: ${ran.stdout}${ran.stderr}`);
        });
      }
    }
    const alone = median(seconds.get('one after another') ?? []);
    return Object.keys(ways).flatMap((way): Figure[] => {
      const wall = median(seconds.get(way) ?? []);
      return [{ name: `a run, ${way}`, value: wall, unit: 's', aim: null }, ...(wall === alone ? [] : [{ name: '  by one after another', value: wall / alone, unit: 'x', aim: null }])];
    });
  } finally {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  }
}

async function slowModel(): Promise<ModelServer> {
  return modelServer('anthropic', async ({ body }) => {
    await sleep(thinking * 1000);
    if (!JSON.stringify(body).includes('# The changes')) return { calls: [{ name: 'submit_verdict', input: { real: true, reasons: ['It spins.'], confidence: 'high' } }] };
    const candidates = Array.from({ length: modelled }, (_, at) => ({ title: `Spin ${32 + at}`, rationale: 'It is another number.', edits: [{ file: 'work.js', old: '+ 30;', new: `+ ${32 + at};` }] }));
    return { calls: [{ name: 'submit_candidates', input: { candidates } }] };
  });
}

function configOf(url: string, { overlap, atOnce }: { overlap: boolean; atOnce: number }): string {
  return `
[commands]
build = "end=$(($(date +%s) + ${building})); while [ $(date +%s) -lt $end ]; do :; done"
test = "end=$(($(date +%s) + ${testing})); while [ $(date +%s) -lt $end ]; do :; done"
benchmark = "node measure.js"
[loop]
rounds = 1
trials_at_once = ${atOnce}
[verdict]
protocol = "fixed"
runs = 20
builds = 1
noise_pairs = 4
witness = "off"
[propose]
recipes = false
script = "sed -i 's/30;/36;/' work.js; echo Spin 36"
models = ["m"]
overlap = ${overlap}
[models.m]
provider = "anthropic"
model = "claude-sonnet-5-5"
base_url = "${url}"
[phases.optimize]
findings = 1
candidates = ${modelled}
`;
}
