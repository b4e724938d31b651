import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Measured } from './part.js';

/**
 * `npm run build && npx tsx bench/profiles/run.ts [--kernels N]... [--turns N]`: importing a generated export beside a plain
 * INSERT … SELECT of the same tables with the same indexes, in turns in one run; then each tool, and all rules, in a thread.
 */
const { values } = parseArgs({ options: { kernels: { type: 'string', multiple: true, default: ['1000000'] }, turns: { type: 'string', default: '3' } } });

const most = { importRatio: 1.5, megabytes: 500, allSeconds: 10 };
const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-profiles-'));

/** Each part is a process, so that its memory is its own. */
function part(...args: string[]): Measured {
  return JSON.parse(execFileSync(process.execPath, [...process.execArgv, fileURLToPath(new URL('./part.ts', import.meta.url)), ...args], { encoding: 'utf8' })) as Measured;
}

const told = (met: boolean): string => (met ? 'met' : 'MISSED');

function bench(kernels: number): { kernels: number; importSeconds: number } {
  const source = join(root, `${kernels}.sqlite`);
  const [database, plain] = [join(root, 'p.sqlite'), join(root, 'plain.sqlite')];
  part('generate', source, String(kernels));
  console.log(`\n${kernels} kernels, ${(statSync(source).size / 1e6).toFixed(0)} MB`);
  const imports: Measured[] = [];
  const plains: Measured[] = [];
  for (let turn = 0; turn < Number(values.turns); turn++) {
    plains.push(part('plain', source, plain));
    rmSync(plain);
    imports.push(part('import', source, database));
  }
  rmSync(source);
  const fastest = (of: readonly Measured[]): number => Math.min(...of.map(({ seconds }) => seconds));
  const ratio = fastest(imports) / fastest(plains);
  const megabytes = Math.max(...imports.map((one) => one.megabytes));
  console.log(`  import ${fastest(imports).toFixed(2)} s, plain INSERT … SELECT with indexes ${fastest(plains).toFixed(2)} s: ${ratio.toFixed(2)}x (at most ${most.importRatio}x: ${told(ratio <= most.importRatio)})`);
  console.log(`  import's memory    ${megabytes.toFixed(0)} MB (at most ${most.megabytes}: ${told(megabytes <= most.megabytes)})`);
  const { tools = [], stallMs = 0, megabytes: held } = part('tools', database);
  for (const { name, seconds, cpuSeconds } of tools) console.log(`  ${name.padEnd(18)} ${seconds.toFixed(2)} s, of processors ${cpuSeconds.toFixed(2)} s`);
  const all = tools.reduce((sum, { seconds }) => sum + seconds, 0);
  console.log(`  all of them        ${all.toFixed(2)} s, of processors ${tools.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0).toFixed(2)} s${kernels === 1_000_000 ? ` (at most ${most.allSeconds}: ${told(all <= most.allSeconds)})` : ''}`);
  console.log(`  their memory       ${held.toFixed(0)} MB (at most ${most.megabytes}: ${told(held <= most.megabytes)}); the main thread was late by at most ${stallMs.toFixed(0)} ms`);
  rmSync(database);
  return { kernels, importSeconds: fastest(imports) };
}

try {
  const done = values.kernels.map((kernels) => bench(Number(kernels)));
  const [first, last] = [done[0], done.at(-1)];
  if (first !== undefined && last !== undefined && last !== first) console.log(`\n${(last.kernels / first.kernels).toFixed(1)} times the kernels took ${(last.importSeconds / first.importSeconds).toFixed(1)} times as long to import`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
