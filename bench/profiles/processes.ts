import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * `npm run build && npx tsx bench/profiles/processes.ts PROFILE [--peer NSYS_AI] [--turns N]`: whole processes, in turns in one run.
 * `perfloop tool kernels` on a profile that was imported before, beside `node -e 0`; and `perfloop analyze` beside the `diagnose` of
 * nsys-ai, where its program is named: cold, with nothing of either cached, and warm. For a fair comparison the peer has to have
 * DuckDB's sqlite_scanner: `pip install nsys-ai==0.3.0 duckdb==1.5.5 duckdb-extensions duckdb-extension-sqlite-scanner==1.5.5`, then
 * once `python -c 'from duckdb_extensions import import_extension; import_extension("sqlite_scanner")'`.
 */
const { values, positionals } = parseArgs({ options: { peer: { type: 'string' }, turns: { type: 'string', default: '10' } }, allowPositionals: true });
const [profile] = positionals;
if (profile === undefined) throw new Error('Name a profile.');

const perfloop = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-processes-'));
const home = join(root, 'home');
const peersCopy = join(root, 'peer', basename(profile));

function milliseconds(file: string, args: readonly string[], cwd = root): number {
  const began = performance.now();
  execFileSync(file, args, { cwd, stdio: 'ignore', env: { ...process.env, PERFLOOP_HOME: home } });
  return performance.now() - began;
}

/** The peer caches beside the profile and in the folder it runs in. */
function forgetPeers(): void {
  rmSync(join(root, 'peer'), { recursive: true, force: true });
  mkdirSync(join(root, 'peer'));
  copyFileSync(profile as string, peersCopy);
  chmodSync(peersCopy, 0o644);
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? 0;

const runs: Record<string, () => number> = {
  'node -e 0': () => milliseconds(process.execPath, ['-e', '0']),
  'perfloop tool kernels': () => milliseconds(process.execPath, [perfloop, 'tool', 'kernels', profile, '--json']),
  'perfloop analyze, cold': () => (rmSync(home, { recursive: true, force: true }), milliseconds(process.execPath, [perfloop, 'analyze', profile, '--json'])),
  'perfloop analyze, warm': () => milliseconds(process.execPath, [perfloop, 'analyze', profile, '--json']),
};
const { peer } = values;
if (peer !== undefined) {
  const diagnose = (): number => milliseconds(peer, ['diagnose', peersCopy, '--no-browser', '--format', 'json'], join(root, 'peer'));
  runs['nsys-ai diagnose, cold'] = () => (forgetPeers(), diagnose());
  runs['nsys-ai diagnose, warm'] = diagnose;
}

try {
  const taken: Record<string, number[]> = {};
  for (let turn = 0; turn <= Number(values.turns); turn++) {
    for (const [name, run] of Object.entries(runs)) {
      const ms = run();
      // The first turn reads programs from the disk.
      if (turn > 0) (taken[name] ??= []).push(ms);
    }
  }
  const of = (name: string): number => median(taken[name] ?? []);
  for (const [name, all] of Object.entries(taken)) console.log(`${name.padEnd(24)} ${median(all).toFixed(0)} ms (${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)})`);
  const told = (ratio: number, met: boolean, bound: string): string => `${ratio.toFixed(1)}x (${bound}: ${met ? 'met' : 'MISSED'})`;
  const start = of('perfloop tool kernels') / of('node -e 0');
  console.log(`kernels by node -e 0     ${told(start, start <= 5, 'at most 5x')}`);
  if (peer !== undefined) {
    const [cold, warm] = ['cold', 'warm'].map((state) => of(`nsys-ai diagnose, ${state}`) / of(`perfloop analyze, ${state}`)) as [number, number];
    console.log(`faster than the peer     cold ${told(cold, cold >= 3, 'at least 3x')}, warm ${told(warm, warm >= 2, 'at least 2x')}`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
