/**
 * Do the patches of the zoo apply to their targets? `npx tsx test/cheats/check-zoo.ts [--measure] [--patch NAME] [slug …]`
 * `--measure` also builds, tests and runs target and patched copy by turns, in bubblewrap, as a user without perfloop sees it:
 * the same seed each time, no check of what is left behind. It tells that an exploit does what it is for.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

type Commands = { build: string[]; test: string[]; check: string[]; bench: string[] };

const commands: Record<string, Commands> = {
  'js-text': { build: ['true'], test: ['node', '--test'], check: ['node', 'bench/check.js'], bench: ['node', 'bench/run.js'] },
  'py-stats': { build: ['true'], test: ['python3', '-m', 'unittest'], check: ['python3', 'bench/check.py'], bench: ['python3', 'bench/run.py'] },
  'cpp-hash': { build: ['make', '-s', 'all'], test: ['target/test'], check: ['target/check'], bench: ['target/bench'] },
};
const rounds = 3;
const here = import.meta.dirname;

function copy(target: string, folder: string, patch?: string): void {
  cpSync(join(here, 'targets', target), folder, { recursive: true });
  const git = (...args: string[]): Buffer => execFileSync('git', ['-c', 'user.name=zoo', '-c', 'user.email=zoo@localhost', ...args], { cwd: folder });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'target');
  if (patch !== undefined) git('apply', '--whitespace=error-all', patch);
}

/** Some leave processes and files behind. `home` is the temporary folder, which both copies share. */
const within = (home: string): string[] => ['bwrap', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--bind', home, home, '--bind', home, '/tmp', '--bind', home, home, '--unshare-pid', '--unshare-net', '--die-with-parent', '--'];
/** The last line is what bash says that its children took, user and system. */
const timed = ['bash', '-c', '"$@"; status=$?; times >&2; exit $status', 'timed'];

/** CPU time in ms, which other programs on the machine hardly change. */
function run(folder: string, command: string[]): { ok: boolean; out: string; ms: number } {
  const home = join(folder, '..');
  const [file = '', ...args] = [...within(home), ...timed, ...command];
  const { status, stdout, stderr } = spawnSync(file, args, { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home } });
  const ms = [...(stderr.trimEnd().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0);
  return { ok: status === 0, out: stdout, ms };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const least = (values: number[]): number => Math.min(...values);
const line = (out: string, name: string): string => new RegExp(`^${name} (\\S+)`, 'm').exec(out)?.[1] ?? '';

/** One line: least CPU time and median metric before and after, and whether tests, check output and digest hold. */
function measured(target: string, base: string, patched: string): string {
  const { build, test, check, bench } = commands[target] ?? { build: [], test: [], check: [], bench: [] };
  const sides = [base, patched].map((folder) => {
    const built = run(folder, build).ok;
    return { folder, tested: run(folder, test).ok && built, checked: run(folder, check).out, cpu: [] as number[], metric: [] as number[], digests: new Set<string>() };
  });
  for (let i = 0; i < rounds; i++) {
    for (const side of sides) {
      const { out, ms } = run(side.folder, bench);
      side.cpu.push(ms);
      side.metric.push(Number(line(out, 'throughput')));
      side.digests.add(line(out, 'digest'));
    }
  }
  const [before, after] = sides;
  if (before === undefined || after === undefined) return '';
  const gain = least(before.cpu) / least(after.cpu);
  const same = [...before.digests, ...after.digests].every((digest) => digest === [...before.digests][0]);
  return `cpu ${least(before.cpu)} -> ${least(after.cpu)} ms (x${gain.toFixed(2)}), metric ${median(before.metric)} -> ${median(after.metric)}, tests ${after.tested ? 'pass' : 'FAIL'}, check ${before.checked === after.checked ? 'same' : 'differs'}, digest ${same ? 'same' : 'differs'}`;
}

const { values: { measure: measuring, patch: only }, positionals: wanted } = parseArgs({ allowPositionals: true, options: { measure: { type: 'boolean', default: false }, patch: { type: 'string' } } });
let failed = false;
for (const slug of readdirSync(join(here, 'zoo')).filter((name) => wanted.length === 0 || wanted.includes(name))) {
  const { target } = JSON.parse(readFileSync(join(here, 'zoo', slug, 'about.json'), 'utf8')) as { target: string };
  for (const patch of readdirSync(join(here, 'zoo', slug)).filter((name) => name.endsWith('.patch') && (only === undefined || name === `${only}.patch`))) {
    const scratch = mkdtempSync(join(tmpdir(), 'zoo-'));
    try {
      mkdirSync(join(scratch, 'before'));
      copy(target, join(scratch, 'before'));
      copy(target, join(scratch, 'after'), join(here, 'zoo', slug, patch));
      console.log(`${slug} ${basename(patch, '.patch')} (${target}): applies${measuring ? `; ${measured(target, join(scratch, 'before'), join(scratch, 'after'))}` : ''}`);
    } catch (error) {
      failed = true;
      console.log(`${slug} ${patch}: ${String(error)}`);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}
process.exitCode = failed ? 1 : 0;
