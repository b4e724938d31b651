/**
 * Do the patches of the zoo apply to their targets? `npx tsx test/cheats/check-zoo.ts [--measure] [slug …]`
 * `--measure` also builds, tests and runs target and patched copy by turns, in a temporary folder that is HOME and TMPDIR too.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

type Commands = { build: string[]; test: string[]; check: string[]; bench: string[] };

const commands: Record<string, Commands> = {
  'js-text': { build: ['true'], test: ['node', '--test'], check: ['node', 'bench/check.js'], bench: ['node', 'bench/run.js'] },
  'py-stats': { build: ['true'], test: ['python3', '-m', 'pytest', '-q'], check: ['python3', 'bench/check.py'], bench: ['python3', 'bench/run.py'] },
  'cpp-hash': { build: ['make', '-s', 'all'], test: ['target/test'], check: ['target/check'], bench: ['target/bench'] },
};
const rounds = 7;
const here = import.meta.dirname;

function copy(target: string, folder: string, patch?: string): void {
  cpSync(join(here, 'targets', target), folder, { recursive: true });
  const git = (...args: string[]): Buffer => execFileSync('git', ['-c', 'user.name=zoo', '-c', 'user.email=zoo@localhost', ...args], { cwd: folder });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'target');
  if (patch !== undefined) git('apply', '--whitespace=error-all', patch);
}

function run(folder: string, [file = '', ...args]: string[]): { ok: boolean; out: string; ms: number } {
  const home = join(folder, '..');
  const start = performance.now();
  const { status, stdout } = spawnSync(file, args, { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home } });
  return { ok: status === 0, out: stdout, ms: performance.now() - start };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const line = (out: string, name: string): string => new RegExp(`^${name} (\\S+)`, 'm').exec(out)?.[1] ?? '';

/** One line: median wall time and metric before and after, and whether tests, check output and digest hold. */
function measure(target: string, base: string, patched: string): string {
  const { build, test, check, bench } = commands[target] ?? { build: [], test: [], check: [], bench: [] };
  const sides = [base, patched].map((folder) => {
    const built = run(folder, build).ok;
    return { folder, tested: run(folder, test).ok && built, checked: run(folder, check).out, wall: [] as number[], metric: [] as number[], digests: new Set<string>() };
  });
  for (let i = 0; i < rounds; i++) {
    for (const side of sides) {
      const { out, ms } = run(side.folder, bench);
      side.wall.push(ms);
      side.metric.push(Number(line(out, 'throughput')));
      side.digests.add(line(out, 'digest'));
    }
  }
  const [before, after] = sides;
  if (before === undefined || after === undefined) return '';
  const numbers = (name: 'wall' | 'metric'): string => `${name} ${median(before[name]).toFixed(1)} -> ${median(after[name]).toFixed(1)}`;
  const gain = median(before.wall) / median(after.wall);
  const same = [...before.digests, ...after.digests].every((digest) => digest === [...before.digests][0]);
  return `${numbers('wall')} (x${gain.toFixed(2)}), ${numbers('metric')}, tests ${after.tested ? 'pass' : 'FAIL'}, check ${before.checked === after.checked ? 'same' : 'differs'}, digest ${same ? 'same' : 'differs'}`;
}

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const measuring = process.argv.includes('--measure');
let failed = false;
for (const slug of readdirSync(join(here, 'zoo')).filter((name) => wanted.length === 0 || wanted.includes(name))) {
  const { target } = JSON.parse(readFileSync(join(here, 'zoo', slug, 'about.json'), 'utf8')) as { target: string };
  for (const patch of readdirSync(join(here, 'zoo', slug)).filter((name) => name.endsWith('.patch'))) {
    const scratch = mkdtempSync(join(tmpdir(), 'zoo-'));
    try {
      mkdirSync(join(scratch, 'before'));
      copy(target, join(scratch, 'before'));
      copy(target, join(scratch, 'after'), join(here, 'zoo', slug, patch));
      console.log(`${slug} ${basename(patch, '.patch')} (${target}): applies${measuring ? `; ${measure(target, join(scratch, 'before'), join(scratch, 'after'))}` : ''}`);
    } catch (error) {
      failed = true;
      console.log(`${slug} ${patch}: ${String(error)}`);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}
process.exitCode = failed ? 1 : 0;
