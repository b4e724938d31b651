import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import type { Profiled } from '../../src/client/verbs/profile.js';
import { findProfilers, isUsable, type ProfilerName } from '../../src/profile/capture/profilers.js';

// As a process. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-profile-verb-'));
const env = { PERFLOOP_HOME: join(folder, 'home'), NO_COLOR: '1' };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found = await findProfilers(process.env);
const there = (kind: ProfilerName): boolean => found.some((one) => one.kind === kind && isUsable(one));

/** Debian's torch is for Debian's Python. */
const pythonOfTorch = there('torch') ? 'python3' : '/usr/bin/python3';
const hasTorch = (await findProfilers(process.env, pythonOfTorch)).some((one) => one.kind === 'torch' && isUsable(one));

function place(name: string, files: Record<string, string>): string {
  const at = join(folder, name);
  // Of a first try.
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(at, file), text);
  return at;
}

const profile = (cwd: string, ...args: string[]) => execa(process.execPath, [bin, 'profile', ...args], { cwd, env, reject: false });
const told = ({ stdout, stderr }: { stdout: string; stderr: string }): Profiled => {
  try {
    return JSON.parse(stdout) as Profiled;
  } catch {
    throw new Error(`not JSON: ${stdout}\n${stderr}`);
  }
};
const hottest = ({ hot }: Profiled): Record<string, unknown>[] => (hot.find(({ tool }) => tool === 'hot_functions')?.rows ?? []) as Record<string, unknown>[];

const busy = `function inner(n) { let s = 0; for (let i = 0; i < n; i++) s += Math.sqrt(i) % 3; return s; }
let t = 0; for (let i = 0; i < 20; i++) t += inner(1e6);
console.log('result', t);
`;
const endless = `function spin() { let s = 0; for (let i = 0; ; i++) { s += Math.sqrt(s + 1); if (i === 1e8) process.stderr.write('started\\n'); } }
spin();
`;

describe('perfloop profile', () => {
  it('profiles Node, states the overhead, says what is hot and what to run next', async () => {
    const cwd = place('node', { 'busy.js': busy });
    const done = await profile(cwd, '--json', '--', 'node', 'busy.js', '--json');
    const said = told(done);
    expect(done.exitCode).toBe(0);
    expect(done.stderr).toContain('result ');
    expect(said).toMatchObject({ kind: 'v8', why: 'node runs JavaScript', file: join(cwd, 'profile.cpuprofile'), files: 1, command: { exitCode: 0, signal: null }, next: ['perfloop analyze profile.cpuprofile --repo .', 'perfloop tool hot_functions profile.cpuprofile', 'perfloop tool health profile.cpuprofile'] });
    // A busy machine can let the start of Node take longer than its work.
    expect(hottest(said)).toContainEqual(expect.objectContaining({ function: 'inner', line: 1 }));
    const { overhead } = said;
    expect(overhead).toMatchObject({ isOwnTime: true });
    expect(overhead?.withoutMs.length).toBeGreaterThanOrEqual(1);
    expect(overhead?.withMs).toHaveLength(overhead?.withoutMs.length ?? 0);
    if (overhead?.spread) expect(overhead.spread[0] <= overhead.ratio && overhead.ratio <= overhead.spread[1]).toBe(true);
  });

  it('keeps the profile of a command that fails, tells its exit code and ends with 2', async () => {
    const cwd = place('fails', { 'fails.js': `${busy}process.exit(7);` });
    const done = await profile(cwd, '--json', '--', 'node', 'fails.js');
    expect(done.exitCode).toBe(2);
    expect(told(done)).toMatchObject({ command: { exitCode: 7 }, overhead: null, overheadUnknown: 'the command failed' });
    expect(existsSync(join(cwd, 'profile.cpuprofile'))).toBe(true);
  });

  it('forwards Ctrl-C and keeps the profile, also of a program that is too busy to hear it', async () => {
    const cwd = place('interrupted', { 'endless.js': endless });
    const running = profile(cwd, '--json', '--', 'node', 'endless.js');
    running.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('started')) running.kill('SIGINT');
    });
    const said = told(await running);
    expect(said).toMatchObject({ command: { interrupted: true }, overheadUnknown: 'the command was interrupted' });
    expect(hottest(said)[0]).toMatchObject({ function: 'spin' });
  });

  it('ends the command after the duration, and records only what is within the window', async () => {
    const cwd = place('window', { 'phases.js': `const until = (ms) => { const end = Date.now() + ms; while (Date.now() < end) Math.sqrt(2); };\nfunction early() { until(300); }\nfunction late() { for (;;) until(10); }\nearly(); late();\n` });
    const said = told(await profile(cwd, '--json', '--delay', '0.6', '--duration', '0.5', '--', 'node', 'phases.js'));
    expect(said).toMatchObject({ command: { wasCut: true } });
    const names = hottest(said).map((row) => row['function']);
    expect(names).toContain('late');
    expect(names).not.toContain('early');
  });

  it('makes one database of several processes of Node and Python', async (context) => {
    if (!there('cprofile')) context.skip('there is no python3');
    const cwd = place('several', { 'both.sh': 'node busy.js && python3 work.py\n', 'busy.js': busy, 'work.py': 'def work():\n    return sum(i * i for i in range(300000))\nwork()\n' });
    const said = told(await profile(cwd, '--json', '--no-overhead', '--', 'sh', 'both.sh'));
    expect(said).toMatchObject({ kind: 'hooks', files: 2, file: join(cwd, 'profile.sqlite') });
    expect(hottest(said).map((row) => row['function'])).toContain('inner');
    expect(new Set(readdirSync(join(cwd, 'profile.files')).map((name) => name.split('.').at(-1)))).toEqual(new Set(['cpuprofile', 'pstats']));
  });

  it('profiles native code with perf', async (context) => {
    if (!there('perf')) context.skip('perf is not there, or not permitted');
    const cwd = place('perf', { 'spin.c': '#include <math.h>\n#include <stdio.h>\n__attribute__((noinline)) double inner(long n) { double s = 0; for (long i = 0; i < n; i++) s += sqrt(i); return s; }\nint main(void) { double s = 0; for (int i = 0; i < 40; i++) s += inner(1000000); printf("%f\\n", s); return 0; }\n' });
    try {
      execFileSync('cc', ['-O1', '-g', 'spin.c', '-o', 'spin', '-lm'], { cwd, stdio: 'ignore' });
    } catch {
      context.skip('there is no C compiler');
    }
    const done = await profile(cwd, '--json', '--no-overhead', '--', './spin');
    if (/perf_event_open|No permission|not supported/i.test(done.stderr) && done.exitCode !== 0) context.skip('this machine forbids perf to sample');
    const said = told(done);
    expect(said).toMatchObject({ kind: 'perf', why: 'spin is native code', command: { exitCode: 0 } });
    expect(hottest(said)[0]).toMatchObject({ function: 'inner' });
  });

  it('profiles Python with py-spy', async (context) => {
    if (!there('pyspy')) context.skip('py-spy is not there');
    const cwd = place('pyspy', { 'work.py': 'import time\ndef work():\n    end = time.time() + 1\n    while time.time() < end:\n        pass\nwork()\n' });
    const done = await profile(cwd, '--json', '--no-overhead', '--kind', 'pyspy', '--', 'python3', 'work.py');
    if (/Permission denied|not permitted/i.test(done.stderr)) context.skip('this machine forbids py-spy to look at processes');
    expect(hottest(told(done))[0]).toMatchObject({ function: 'work', line: 2 });
  });

  it('traces torch from within, only the steps that are asked for', async (context) => {
    if (!hasTorch) context.skip('no Python here has torch');
    const cwd = place('torch', { 'train.py': 'import torch\nw = torch.zeros(3, requires_grad=True)\no = torch.optim.SGD([w], lr=0.1)\nfor i in range(5):\n    with torch.profiler.record_function(f"step {i}"):\n        (w * 2).sum().backward()\n        o.step()\n' });
    const said = told(await profile(cwd, '--json', '--no-overhead', '--range', 'steps:2-3', '--kind', 'torch', '--', pythonOfTorch, 'train.py'));
    const search = await execa(process.execPath, [bin, 'tool', 'search', '--pattern', 'step', '--json', said.file], { env });
    // The recording ends with the last step, within its range: that is open then, and not every version writes it.
    expect(search.stdout).toContain('step 2');
    for (const other of ['step 0', 'step 1', 'step 4']) expect(search.stdout).not.toContain(other);
  });

  it('records torch for the duration from its import on, and ends the program then', async (context) => {
    if (!hasTorch) context.skip('no Python here has torch');
    const cwd = place('torch-window', { 'endless.py': 'import torch, time\nw = torch.zeros(9, 9)\nwhile True:\n    with torch.profiler.record_function("endless"):\n        w @ w\n    time.sleep(0.01)\n' });
    const said = told(await profile(cwd, '--json', '--duration', '0.3', '--kind', 'torch', '--', pythonOfTorch, 'endless.py'));
    expect(said).toMatchObject({ command: { wasCut: true }, exitCode: 0 });
    expect(said.hot.find(({ tool }) => tool === 'nvtx')?.rows).toContainEqual(expect.objectContaining({ range: 'endless' }));
  });

  it('traces with nsys, and calls its importer where nsys does not', async (context) => {
    if (!there('nsys')) context.skip('nsys is not there');
    const cwd = place('nsys', {});
    const said = told(await profile(cwd, '--json', '--no-overhead', '--kind', 'nsys', '--', 'sh', '-c', 'sleep 0.1; exit 3'));
    expect(said).toMatchObject({ file: join(cwd, 'profile.nsys-rep'), command: { exitCode: 3 }, exitCode: 2 });
    expect(existsSync(said.file)).toBe(true);
  });

  it('replaces no profile without --force, also not the database of several', async () => {
    const cwd = place('taken', { 'mine.cpuprofile': 'mine', 'other.sqlite': 'mine' });
    for (const [name, taken] of [['mine.cpuprofile', 'mine.cpuprofile'], ['other.cpuprofile', 'other.sqlite']] as const) {
      const refused = await profile(cwd, '--json', '--no-overhead', '--out', name, '--', 'node', '-e', '0');
      expect(refused.exitCode).toBe(2);
      expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'PL_PROFILE_EXISTS', where: join(cwd, taken) } });
      expect(readFileSync(join(cwd, taken), 'utf8')).toBe('mine');
    }
    const done = await profile(cwd, '--json', '--no-overhead', '--force', '--out', 'mine.cpuprofile', '--', 'node', '-e', '0');
    expect(told(done).file).toBe(join(cwd, 'mine.cpuprofile'));
    expect(readFileSync(join(cwd, 'mine.cpuprofile'), 'utf8')).toContain('nodes');
  });

  it('keeps the recording where it was made when it cannot be brought to its place', async () => {
    const cwd = place('gone', {});
    mkdirSync(join(cwd, 'out'));
    const made = mkdtempSync(join(folder, 'made-'));
    const done = await execa(process.execPath, [bin, 'profile', '--json', '--kind', 'v8', '--out', 'out/it.cpuprofile', '--', 'node', '-e', 'require("fs").rmdirSync("out")'], { cwd, env: { ...env, TMPDIR: made }, reject: false });
    expect(done.exitCode).toBe(2);
    const { error } = JSON.parse(done.stdout) as { error: { code: string; message: string } };
    expect(error.code).toBe('PL_PROFILE_OUT');
    const kept = /The recording is kept in (.*)$/.exec(error.message)?.[1] ?? '';
    expect(kept.startsWith(made)).toBe(true);
    expect(readdirSync(kept).filter((name) => name.endsWith('.cpuprofile'))).toHaveLength(1);
  });

  it('says how the command ended when there is nothing to show of it', async (context) => {
    const hooked = await profile(place('empty', {}), '--json', '--kind', 'v8', '--', 'sh', '-c', 'exit 5');
    expect(JSON.parse(hooked.stdout)).toMatchObject({ error: { code: 'PL_PROFILE_EMPTY', message: expect.stringContaining('exit code 5') as string, command: { exitCode: 5, signal: null } } });
    if (!there('perf')) context.skip('perf is not there, or not permitted');
    const sampled = await profile(place('no-samples', {}), '--json', '--kind', 'perf', '--delay', '5', '--', 'sh', '-c', 'exit 5');
    if (/perf_event_open|No permission|not supported/i.test(sampled.stderr)) context.skip('this machine forbids perf to sample');
    expect(JSON.parse(sampled.stdout)).toMatchObject({ error: { code: 'PL_PROFILE_EMPTY', message: expect.stringContaining('exit code 5') as string, command: { exitCode: 5, signal: null } } });
  });

  it('says which profilers are there and how to get the others', async () => {
    const listed = JSON.parse((await profile(folder, '--list', '--json')).stdout) as { kind: string; install: string; found: string | null }[];
    expect(listed.map(({ kind }) => kind)).toEqual(['nsys', 'torch', 'perf', 'v8', 'pyspy', 'cprofile']);
    expect(listed.find(({ kind }) => kind === 'v8')).toMatchObject({ found: process.version });
    const nothing = await execa(process.execPath, [bin, 'profile', '--list'], { env: { ...env, PATH: '/nowhere', PERFLOOP_NSYS: '/nowhere/nsys' } });
    expect(nothing.stdout).toContain('py-spy: pip install py-spy');
  });

  it.each([
    ['no command', [], 'PL_PROFILE_NO_COMMAND'],
    ['a command that is not there', ['--', './no-such-program'], 'PL_PROFILE_COMMAND_MISSING'],
    ['a command that the profiler does not see', ['--kind', 'v8', '--', 'sh', '-c', 'true'], 'PL_PROFILE_EMPTY'],
    ['a range for a profiler without ranges', ['--kind', 'v8', '--range', 'step', '--', 'node', '-e', '0'], 'PL_PROFILE_RANGE'],
    ['a folder for a profile', ['--out', '.', '--', 'node', '-e', '0'], 'PL_PROFILE_OUT'],
    ['a folder that is not there', ['--out', 'nowhere/x.cpuprofile', '--', 'node', '-e', '0'], 'PL_PROFILE_OUT'],
    ['no such profiler', ['--kind', 'gprof', '--', 'true'], 'PL_USAGE'],
    ['a duration of nothing', ['--duration', '0', '--', 'true'], 'PL_USAGE'],
  ])('refuses %s', async (_, args, code) => {
    const done = await profile(folder, '--json', ...args);
    expect(done.exitCode).toBe(2);
    expect((JSON.parse(done.stdout) as { error: { code: string; fix: string } }).error).toMatchObject({ code, fix: expect.stringMatching(/\w/) as string });
  });

  it('refuses a profiler that is not installed, and says how to get it', async () => {
    const done = await execa(process.execPath, [bin, 'profile', '--json', '--kind', 'pyspy', '--', process.execPath, '-e', '0'], { cwd: folder, env: { ...env, PATH: '/nowhere' }, reject: false });
    expect(JSON.parse(done.stdout)).toMatchObject({ error: { code: 'PL_PROFILER_MISSING', fix: expect.stringContaining('pip install py-spy') as string } });
  });
});
