import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { commandEnvironment } from '../../src/measure/command-environment.js';
import { runCommand } from '../../src/measure/run-command.js';
import { sandboxSupport } from '../../src/measure/sandbox/probe.js';
import { seenWorktrees, type Sandbox } from '../../src/measure/sandbox/sandbox.js';
import { captureProfile, type Capture, type CaptureRequest } from '../../src/profile/capture/capture.js';
import { findProfilers, isUsable } from '../../src/profile/capture/profilers.js';
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

const needs = (context: TestContext, kind: 'perf' | 'pyspy'): void => {
  if (!found.some((one) => one.kind === kind && isUsable(one))) context.skip(`${kind} is not there`);
};

describe('perf', () => {
  const program = '#include <math.h>\n__attribute__((noinline)) double inner(long n) { double s = 0; for (long i = 0; i < n; i++) s += sqrt(i); return s; }\nint main(void) { double s = 0; for (int i = 0; i < 60; i++) s += inner(1000000); return s < 0; }\n';

  it.for([['as the user', false], ['in the sandbox of a run', true]] as const)('samples native code %s', async ([, isSandboxed], context) => {
    needs(context, 'perf');
    if (isSandboxed && !support.works) context.skip(support.why);
    const cwd = place({ 'spin.c': program });
    try {
      execFileSync('cc', ['-O1', '-g', 'spin.c', '-o', 'spin', '-lm'], { cwd, stdio: 'ignore' });
    } catch {
      context.skip('there is no C compiler');
    }
    const { kind, files } = await captured(context, 'perf', './spin', { cwd, isSandboxed });
    expect(kind).toBe('perf');
    const [hottest] = answerOf(await profileOf(files[0] as string), 'hot_functions').rows as Record<string, unknown>[];
    expect(hottest).toMatchObject({ function: 'inner' });
  });
});

describe('py-spy', () => {
  it('samples Python', async (context) => {
    needs(context, 'pyspy');
    const cwd = place({ 'work.py': 'import time\ndef work():\n    end = time.time() + 1\n    while time.time() < end:\n        pass\nwork()\n' });
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
    const { kind, files } = await captured(context, 'pyspy', `${python} work.py`, { cwd });
    expect(kind).toBe('pyspy');
    const [hottest] = answerOf(await profileOf(files[0] as string), 'hot_functions').rows as Record<string, unknown>[];
    expect(hottest).toMatchObject({ function: 'work' });
  });
});
