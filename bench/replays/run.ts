import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { samplesSchema } from '../../src/measure/stored-samples.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { openStoreReader } from '../../src/store/reader.js';
import { ownEnvironment } from '../support/home.js';
import { makeReplay } from './make.js';
import { replays } from './replays.js';
import { rivals, type Times } from './same-samples.js';
import { printReplays } from './table.js';

/**
 * `tsx bench/replays/run.ts [--only NAME]... [--kind KIND]... [--json FILE]`: judges every replay by wall time with the real
 * command, on this machine as it is, and the other rules on the same samples. Run `npm run build` before.
 */
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, kind: { type: 'string', multiple: true }, json: { type: 'string' } } });

/** What is judged: whether it is faster is known, if the package's own claim is true. */
const kinds = { faster: ['main', 'faster'], reversed: ['faster', 'main'], 'no-op': ['main', 'no-op'], formatted: ['main', 'formatted'] } as const;
export type Kind = keyof typeof kinds;

export interface Outcome {
  replay: string;
  kind: Kind;
  verdict: string;
  ratio: number | null;
  ci95: [number, number] | null;
  pairs: number;
  samples: number;
  seconds: number;
  load: number;
  reasons: string;
  /** What each other rule says of the same samples. */
  rivals: Record<string, boolean | null>;
}

const names = values.only ?? Object.keys(replays);
const wanted = (values.kind ?? Object.keys(kinds)) as Kind[];
const root = mkdtempSync(join(tmpdir(), 'perfloop-replays-'));
const env = ownEnvironment(join(root, 'home'));
const home = homeFrom(env);
const outcomes: Outcome[] = [];
try {
  for (const name of names) {
    const replay = replays[name];
    if (replay === undefined) throw new Error(`no replay ${name}; there are ${Object.keys(replays).join(', ')}`);
    const folder = join(root, name);
    await makeReplay(name, replay, folder);
    for (const kind of wanted) {
      outcomes.push(await judge(name, kind, folder));
      console.error(JSON.stringify(outcomes.at(-1)));
      if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(outcomes, null, 1)}\n`);
    }
  }
  console.log(printReplays(outcomes));
} finally {
  await perfloop('down').catch(() => null);
  rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

function perfloop(...args: string[]) {
  return execa(process.execPath, [fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url)), ...args], { env, extendEnv: false, reject: false, stdin: 'ignore' });
}

async function judge(replay: string, kind: Kind, folder: string): Promise<Outcome> {
  const [base, candidate] = kinds[kind];
  const load = loadavg()[0] ?? 0;
  const started = performance.now();
  const { stdout, stderr } = await perfloop('judge', '--repo', folder, '--base', base, '--candidate', candidate, '--json');
  const seconds = (performance.now() - started) / 1000;
  const found = JSON.parse(stdout === '' ? 'null' : stdout) as { run?: string; verdict?: string; ratio?: number | null; ci95?: [number, number] | null; pairs?: number; samples?: number; reasons?: { code: string }[]; error?: { code: string; message: string } } | null;
  if (found?.verdict === undefined) return { replay, kind, verdict: 'error', ratio: null, ci95: null, pairs: 0, samples: 0, seconds, load, reasons: found?.error === undefined ? stderr.slice(-400) : `${found.error.code}: ${found.error.message}`, rivals: {} };
  const times = await timesOf(home, found.run ?? '');
  return {
    replay, kind, verdict: found.verdict, ratio: found.ratio ?? null, ci95: found.ci95 ?? null, pairs: found.pairs ?? 0, samples: found.samples ?? 0, seconds, load,
    reasons: (found.reasons ?? []).map(({ code }) => code).join(', '),
    rivals: Object.fromEntries(Object.entries(rivals).map(([name, rival]) => [name, rival(times)])),
  };
}

async function timesOf(home: Home, run: string): Promise<Times> {
  const store = openStoreReader(home);
  const samples = store?.runStatus(run)?.trials[0]?.samples ?? null;
  store?.close();
  if (samples === null) return [];
  const { pairs } = samplesSchema.parse(await openArtifacts(home.artifacts).getJson(samples));
  return pairs.filter(({ a, b }) => a.ok && b.ok).map(({ a, b }) => ({ a: a.wallMs, b: b.wallMs }));
}
