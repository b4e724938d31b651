import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTarget, type Target } from '../e2e/target.js';

// Choosing steps as a user does: the command line as a process, of what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
let target: Target;
let home: string;
beforeAll(() => {
  target = createTarget(() => ({
    'perfloop.toml': `[commands]
build = "make"
benchmark = "./bench"

[[steps]]
type = "command"
name = "build"
command = "make all"

[[steps]]
type = "parallel"
name = "checks"
needs = ["build"]
when = "steps.build.status == 'success'"

[[steps.steps]]
type = "command"
name = "lint"
command = "make lint"

[[steps.steps]]
type = "profile"
enabled = false
`,
  }));
  home = join(target.outside, 'home');
});
afterAll(() => target.remove());

function perfloop(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status: code, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: target.dir, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: target.outside, PERFLOOP_HOME: home, NO_COLOR: '1' } });
  return { code, stdout, stderr };
}

it('a dry run says what would run, with the commands, and touches nothing', () => {
  const { code, stdout } = perfloop('run', '--dry-run', '--json', '--skip', '#1');
  expect([code, JSON.parse(stdout)]).toEqual([0, {
    steps: [
      { index: 1, name: 'build', type: 'command', run: false, reason: 'left out by --skip #1', command: 'make all' },
      { index: 2, name: 'checks', type: 'parallel', run: true, reason: "enabled; only when steps.build.status == 'success'", command: null },
      { index: 3, name: 'lint', type: 'command', run: true, reason: 'enabled', command: 'make lint' },
      { index: 4, name: 'profile', type: 'profile', run: false, reason: 'enabled = false', command: 'build: make; profile: ./bench' },
    ],
  }]);
  expect(perfloop('run', '--dry-run', '--only', 'lint').stdout).toMatch(/would run 2 of 4 steps.*\n[^]*1 +build +command +no +not chosen by --only +make all\n.*checks.*yes +a member of it is chosen.*\n.*lint.*yes +chosen by --only lint +make lint/);
  expect(existsSync(home)).toBe(false);
  expect(target.git('status', '--porcelain')).toBe('');
});

it('a selector that means nothing is refused before anything starts, with the names and the nearest', () => {
  const { code, stderr } = perfloop('run', '--only', 'lint,chekcs,check');
  expect(code).toBe(2);
  expect(stderr).toContain('PL_NO_SUCH_STEP');
  for (const name of ['#1 build (command)', '#2 checks (parallel)', '#3 lint (command)', '#4 profile']) expect(stderr).toContain(name);
  expect(perfloop('run', '--skip', 'check').stderr).toContain('no step is meant by check; did you mean checks?');
  expect(existsSync(home)).toBe(false);
});

it('steps are listed or drawn', () => {
  expect(perfloop('steps', '--list-steps').stdout).toBe(perfloop('steps').stdout);
  const { code, stdout } = perfloop('steps', '--mermaid');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^flowchart TD\n/);
  expect(stdout).toContain('"lint (command)"');
  expect(JSON.parse(perfloop('steps', '--mermaid', '--json').stdout)).toEqual({ mermaid: stdout });
  const { stdout: graph } = perfloop('steps', '--graph');
  expect(graph).toContain("checks  parallel of 2\n     when steps.build.status == 'success'\n   ┣━╸○  lint  command\n   ┣━╸○  profile  off");
  expect(JSON.parse(perfloop('steps', '--graph', '--json').stdout)).toEqual(JSON.parse(perfloop('steps', '--json').stdout));
  expect(perfloop('steps', '.', '--run', 'r-k3v7')).toMatchObject({ code: 2, stderr: expect.stringContaining('PL_USAGE') });
  expect(perfloop('steps', '--mermaid', '--list-steps')).toMatchObject({ code: 2, stderr: expect.stringContaining('PL_USAGE') });
});
