import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { commandEnvironment } from '../../src/measure/command-environment.js';
import { programOutput } from '../../src/measure/program-output.js';
import { runCommand } from '../../src/measure/run-command.js';
import { sandboxSupport } from '../../src/measure/sandbox/probe.js';
import { seenWorktrees, type Sandbox } from '../../src/measure/sandbox/sandbox.js';
import type { CommandRequest } from '../../src/measure/command.js';
import { captureProfile, type Capture, type CaptureRequest } from '../../src/profile/capture/capture.js';
import { captureForRun } from '../../src/profile/capture/capture-for-run.js';
import { chooseForRun } from '../../src/profile/capture/choose-for-run.js';
import { importProfile } from '../../src/profile/import/import.js';
import { openProfile } from '../../src/profile/tools/open.js';
import { findProfilers, isUsable, type ProfilerName } from '../../src/profile/capture/profilers.js';
import { answerOf, profileOf } from './ask-tool.js';
import { writeFiles } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

// Profilers that a run can use where they are installed.

const found = await findProfilers(process.env);
const support = await sandboxSupport();

function place(files: Record<string, string>): string {
  const cwd = join(temporaryFolder(), 'repo');
  mkdirSync(cwd);
  writeFiles(cwd, files);
  return cwd;
}

/** In the sandbox of a run, or as the user. Skips where this machine forbids the profiler to look. */
async function captured(context: TestContext, kind: CaptureRequest['kind'], command: string, { cwd, isSandboxed = false }: { cwd: string; isSandboxed?: boolean }): Promise<Capture> {
  const outDir = join(dirname(cwd), 'captured');
  mkdirSync(outDir);
  const sandbox: Sandbox = { worktree: { path: cwd, at: `${seenWorktrees}/profiled` }, git: null, home: null, trusted: false, network: false, hidden: [], readable: [], writable: [outDir] };
  try {
    return await captureProfile({ kind, command: { command, cwd, env: commandEnvironment(), timeoutMs: 60_000, ...(isSandboxed ? { sandbox } : {}) }, outDir, runCommand });
  } catch (error) {
    const said = (error as { problems?: string[] }).problems?.join('\n') ?? '';
    if (/perf_event_open|perf_event_paranoid|[Pp]ermission denied|not permitted/.test(said)) context.skip(`this machine forbids it: ${said.slice(0, 200)}`);
    throw error;
  }
}

const isThere = (kind: ProfilerName): boolean => found.some((one) => one.kind === kind && isUsable(one));

const needs = (context: TestContext, kind: ProfilerName): void => {
  if (!isThere(kind)) context.skip(`${kind} is not there`);
};

describe('perf', () => {
  // What is compiled into `inner` from a header is its own time, in the line that calls it.
  const program = `#include "part.h"
__attribute__((noinline)) double inner(long n) {
  double s = 0;
  for (long i = 0; i < n; i++)
    s += part(i) + part(s);
  return s;
}
int main(void) { double s = 0; for (int i = 0; i < 40; i++) s += inner(1000000); return s < 0; }
`;
  const header = '#include <math.h>\nstatic inline double part(double x) {\n  return sqrt(x) * 1.5;\n}\n';
  it.for([['as the user', false], ['in the sandbox of a run', true]] as const)('samples native code %s', async ([, isSandboxed], context) => {
    needs(context, 'perf');
    if (isSandboxed && !support.works) context.skip(support.why);
    const cwd = place({ 'spin.c': program, 'part.h': header });
    try {
      execFileSync('cc', ['-O2', '-g', 'spin.c', '-o', 'spin', '-lm'], { cwd, stdio: 'ignore' });
    } catch {
      context.skip('there is no C compiler');
    }
    const { kind, files, recordedAt } = await captured(context, 'perf', './spin', { cwd, isSandboxed });
    expect(kind).toBe('perf');
    // A text that came from elsewhere is of programs that may be others here.
    expect(answerOf(await profileOf(files[0] as string), 'hot_functions').rows[0]).toMatchObject({ function: 'inner', line: null });
    const database = join(dirname(cwd), 'p.sqlite');
    await importProfile({ files, kind: 'auto', database, recordedAt });
    const db = openProfile(database);
    onTestFinished(() => void db.close());
    if (answerOf(db, 'health').notes.some((note) => note.includes('addr2line'))) context.skip('there is no addr2line');
    const ofFunctions = answerOf(db, 'hot_functions').rows as { function: string; file: string }[];
    expect(ofFunctions.filter((row) => row.function === 'inner')).toMatchObject([{ file: join(cwd, 'spin.c'), line: 2 }]);
    const lines = (answerOf(db, 'hot_functions', { by: 'line' }).rows as { function: string; line: number; selfShare: number }[]).filter((row) => row.function === 'inner');
    expect(lines[0]?.line).toBe(5);
    expect(lines.every(({ line }) => line >= 2 && line <= 7)).toBe(true);
  });
});

describe('a recording by perf of a program that a shell starts', () => {
  // perf takes the C library of the program for that of the shell where that one lies lower in memory, which is up to chance: each of them by itself fails half of the time.
  it('knows who called the functions of libraries', async (context) => {
    needs(context, 'perf');
    const cwd = place({ 'copy.c': '#include <string.h>\nchar from[65536], to[65536];\nint main(void) { for (int i = 0; i < 30000; i++) { from[i & 65535] = i; memcpy(to, from, sizeof to); __asm__ volatile("" ::: "memory"); } return 0; }\n' });
    try {
      execFileSync('cc', ['-O2', '-g', 'copy.c', '-o', 'copy'], { cwd, stdio: 'ignore' });
    } catch {
      context.skip('there is no C compiler');
    }
    const { files } = await captured(context, 'perf', "sh -c 'for i in 1 2 3; do ./copy; done; sh -c \"./copy; true\"'; ./copy", { cwd });
    const callers = answerOf(await profileOf(files[0] as string), 'callers_of', { pattern: 'memmove' }).rows as { caller: string; ms: number }[];
    const msOf = (rows: typeof callers): number => rows.reduce((sum, { ms }) => sum + ms, 0);
    expect(msOf(callers)).toBeGreaterThan(20);
    expect(msOf(callers.filter(({ caller }) => caller === 'main'))).toBeGreaterThan(0.9 * msOf(callers));
  });
});

describe('py-spy', () => {
  it('samples Python', async (context) => {
    needs(context, 'pyspy');
    const cwd = place({ 'work.py': 'import time\ndef work():\n    end = time.time() + 1\n    while time.time() < end:\n        pass\nwork()\n' });
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
    // With line ends in the command line, which py-spy writes as they are.
    const { kind, files } = await captured(context, 'pyspy', `${python} -c 'x = 12\nimport work\ny = "a;b"; z = 14'`, { cwd });
    expect(kind).toBe('pyspy');
    const [hottest] = answerOf(await profileOf(files[0] as string), 'hot_functions').rows as Record<string, unknown>[];
    expect(hottest).toMatchObject({ function: 'work' });
  });
});

/** Debian's torch is for Debian's Python. */
const pythonOfTorch = (): string => (isThere('torch') ? 'python3' : '/usr/bin/python3');
const hasTorch = (await findProfilers(process.env, pythonOfTorch())).some((one) => one.kind === 'torch' && isUsable(one));

describe('what traces programs of PyTorch', () => {
  const train = 'import torch\nw = torch.zeros(50, 50, requires_grad=True)\no = torch.optim.SGD([w], lr=0.1)\nfor i in range(5):\n    with torch.profiler.record_function(f"step {i}"):\n        (w @ w).sum().backward()\n        o.step()\n';

  it('is their own profiler, in the sandbox of a run', async (context) => {
    if (!hasTorch) context.skip('no Python here has torch');
    if (!support.works) context.skip(support.why);
    const { kind, files } = await captured(context, 'torch', `${pythonOfTorch()} train.py`, { cwd: place({ 'train.py': train }), isSandboxed: true });
    expect([kind, files.length]).toEqual(['torch', 1]);
    expect(rangeNames(answerOf(await profileOf(files[0] as string), 'nvtx').rows)).toContain('step 3');
  });

  // Seen with nsys 2022.4 on a crowded machine: now and then it ends at once with 1, and nothing is recorded.
  it('is nsys, in the sandbox of a run; a command that fails under it has its own exit code', { retry: 2 }, async (context) => {
    needs(context, 'nsys');
    if (!support.works) context.skip(support.why);
    const cwd = place({ 'work.sh': 'sleep 0.1\nexit $1\n' });
    const { kind, files, wallMs } = await captured(context, 'nsys', 'sh work.sh 0', { cwd, isSandboxed: true });
    expect([kind, files.length]).toEqual(['nsys', 1]);
    expect(wallMs).toBeGreaterThan(100);
    expect(answerOf(await profileOf(files[0] as string), 'osrt_sum').rows.length).toBeGreaterThan(0);
    await expect(captured(context, 'nsys', 'sh work.sh 3', { cwd: place({ 'work.sh': 'exit $1\n' }) })).rejects.toMatchObject({ code: 'PL_PROFILE_COMMAND_FAILED', message: expect.stringContaining('exit code 3') as string });
  });

  it('is nsys for `auto` where there is a GPU and one of the commands imports torch', async () => {
    const cwd = place({ 'train.py': train, 'plain.py': 'import sys\n', 'all.sh': 'set -e\nif true; then\n  cd sub && PYTHONPATH=.. python3 -u main.py\nfi\n', 'sub/main.py': 'from torch import nn\n', 'loop.sh': './loop.sh\nsh loop.sh\n', 'bin/nvidia-smi': '#!/bin/sh\necho "GPU 0: Anything (UUID: GPU-1)"\n', 'bin/nsys': '#!/bin/sh\n' });
    for (const name of ['loop.sh', 'bin/nvidia-smi', 'bin/nsys']) chmodSync(join(cwd, name), 0o755);
    const path = `${join(cwd, 'bin')}:${process.env['PATH'] ?? ''}`;
    const chosen = (commands: string[], own: NodeJS.ProcessEnv): Promise<string> => chooseForRun(commands.map((command) => ({ command, cwd, env: { PATH: path } })), own);
    const [withAll, withoutGpu, withoutNsys] = [{ PATH: path }, { PATH: process.env['PATH'], PERFLOOP_NSYS: join(cwd, 'bin/nsys') }, { PATH: path, PERFLOOP_NSYS: '/nowhere' }];
    for (const command of ['python3 train.py', 'OMP_NUM_THREADS=1 python3 train.py | tail -1', 'sh all.sh', "sh -c 'python3 train.py'"]) expect([command, await chosen(['node x.js', command], withAll)]).toEqual([command, 'nsys']);
    for (const command of ['python3 plain.py', 'node train.js', './loop.sh', 'echo python3 train.py', 'echo loop.sh']) expect([command, await chosen([command], withAll)]).toEqual([command, 'hooks']);
    expect(await chosen(['python3 train.py'], withoutNsys)).toBe('hooks');
    if ((await programOutput('nvidia-smi', ['-L'])) === null) expect(await chosen(['python3 train.py'], withoutGpu)).toBe('hooks');
  });
});

describe('what a run takes for `auto`', () => {
  const program = 'int main(void) { volatile double s = 0; for (long i = 0; i < 60000000; i++) s += i; return 0; }\n';
  const commandIn = (cwd: string, command: string): CommandRequest => ({ command, cwd, env: commandEnvironment(), timeoutMs: 60_000 });

  it('is perf for a program of the repository, and for what leaves nothing to the hooks', async (context) => {
    needs(context, 'perf');
    const cwd = place({ 'spin.c': program, Makefile: 'bench:\n\t./spin\n', 'main.js': '' });
    try {
      execFileSync('cc', ['-O1', '-g', 'spin.c', '-o', 'spin'], { cwd, stdio: 'ignore' });
    } catch {
      context.skip('there is no C compiler');
    }
    const chosen = (...commands: string[]): Promise<string> => chooseForRun(commands.map((command) => commandIn(cwd, command)), process.env);
    expect([await chosen('./spin --fast'), await chosen('cd . && ./spin', './spin'), await chosen('make bench'), await chosen('./spin', 'node main.js'), await chosen('./spin && python3 plot.py')]).toEqual(['perf', 'perf', 'hooks', 'hooks', 'hooks']);
    const [capture] = await captureForRun({ kind: 'auto', asked: [{ command: commandIn(cwd, 'make -s bench'), outDir: join(dirname(cwd), 'made') }], runCommand, own: process.env });
    expect(capture).toMatchObject({ kind: 'perf', notes: [expect.stringContaining('with perf') as string] });
    expect(answerOf(await profileOf(capture?.files[0] as string), 'hot_functions').rows[0]).toMatchObject({ function: 'main' });
  });

  it('says of a command that only waits that there was nothing to sample', async (context) => {
    needs(context, 'perf');
    const cwd = place({});
    const asked = [{ command: commandIn(cwd, 'sleep 0.2'), outDir: join(dirname(cwd), 'made') }];
    // By chance there is one of how it starts.
    const withoutThat = async (request: CommandRequest): ReturnType<typeof runCommand> => await runCommand({ ...request, command: request.command.replace(/^perf script .* >/, 'true >') });
    await expect(captureForRun({ kind: 'perf', asked, runCommand: withoutThat, own: process.env })).rejects.toMatchObject({ code: 'PL_PROFILE_EMPTY', message: expect.stringContaining('it waits') as string, where: `sleep 0.2 (in ${cwd})` });
  });

  it('says how to get perf where only that would see the program', async () => {
    const cwd = place({});
    const asked = [{ command: commandIn(cwd, 'true'), outDir: join(dirname(cwd), 'made') }];
    await expect(captureForRun({ kind: 'auto', asked, runCommand, own: { PATH: '/nowhere' } })).rejects.toMatchObject({ code: 'PL_PROFILE_EMPTY', fix: expect.stringContaining('linux-perf') as string });
  });
});

const rangeNames = (rows: readonly object[]): unknown[] => rows.map((row) => (row as { range?: unknown }).range);
