import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalPidOf, globalTidOf, writeExport } from '../profile/nsys-export.js';

// As a process. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-tool-'));
const home = join(folder, 'home');
const profile = join(folder, 'a.sqlite');

beforeAll(() => {
  const kernels = Array.from({ length: 30 }, (_, i) => ({ start: 1000 * i, end: 1000 * i + 500 + i, deviceId: 0, streamId: 7, correlationId: i, globalPid: globalPidOf(5), demangledName: 1 + (i % 3), shortName: 1 + (i % 3) }));
  const calls = kernels.map(({ start, correlationId }) => ({ start: start - 100, end: start - 50, globalTid: globalTidOf(5, 5), correlationId, nameId: 9, returnValue: 0 }));
  // What a kernel is called comes from the profiled program.
  writeExport(profile, { CUPTI_ACTIVITY_KIND_KERNEL: kernels, CUPTI_ACTIVITY_KIND_RUNTIME: calls }, { strings: { 1: 'plain', 2: '\u001b[31mred\u0007', 3: '<script>alert(1)</script>', 9: 'cudaLaunchKernel_v7000' } });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tool = (...args: string[]) => execa(process.execPath, [bin, 'tool', ...args], { env: { PERFLOOP_HOME: home, NO_COLOR: '1' }, reject: false, cwd: folder });

describe('perfloop tool', () => {
  it('imports a profile once, and answers', async () => {
    const first = await tool('kernels', 'a.sqlite', '--limit', '2', '--json');
    expect(first).toMatchObject({ exitCode: 0, stderr: 'importing the profile (once)' });
    expect(JSON.parse(first.stdout)).toMatchObject({ tool: 'kernels', abstained: null, rows: [{ count: 10 }, { count: 10 }], more: 1, facts: { kernels: 30, devices: 1 } });
    const second = await tool('nsys_sql_kernels', '--profile', profile, '--by=short', '--json');
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    const databases = readdirSync(join(home, 'profiles')).filter((name) => name.endsWith('.sqlite'));
    expect(databases).toHaveLength(1);
    // What was made of it can be asked like the profile itself.
    const third = await tool('kernels', join(home, 'profiles', databases[0] as string), '--by', 'short', '--json');
    expect(JSON.parse(third.stdout)).toEqual(JSON.parse(second.stdout));
  });

  it('takes a limit for every tool, and prints what a person reads: units, shares in percent', async () => {
    expect(JSON.parse((await tool('health', 'a.sqlite', '--limit', '1', '--json')).stdout)).toMatchObject({ rows: [{ table: 'CUPTI_ACTIVITY_KIND_KERNEL' }], more: 1 });
    expect(await tool('health', 'a.sqlite', '--limit', '0.5')).toMatchObject({ exitCode: 2 });
    expect((await tool('busy', 'a.sqlite')).stdout).toMatch(/device +busy ms +idle ms +span ms +busy share[^\n]*\n +0 +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+%/);
  });

  it('prints names of the profiled program as text', async () => {
    const { stdout } = await tool('kernels', 'a.sqlite');
    expect(stdout).toContain('<script>alert(1)</script>');
    expect(stdout).toContain('red');
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(stdout).not.toMatch(/[\u0007\u001b]/);
  });

  it('says what it cannot know, and ends with 0', async () => {
    expect(await tool('nvtx', 'a.sqlite')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('no answer  nvtx: the profile has no NVTX_EVENTS: profile with') as string });
    expect(JSON.parse((await tool('osrt_sum', 'a.sqlite', '--json')).stdout)).toEqual({ tool: 'osrt_sum', abstained: expect.stringContaining('OSRT_API') as string });
  });

  it('takes the profile anywhere after the name', async () => {
    const asked = await tool('kernels', 'a.sqlite', '--limit', '1', '--by=short', '--json');
    for (const args of [['--limit', '1', 'a.sqlite', '--by=short'], ['--limit=1', '--by', 'short', 'a.sqlite'], ['--by', 'short', '--profile', 'a.sqlite', '--limit', '1']]) expect((await tool('kernels', ...args, '--json')).stdout).toBe(asked.stdout);
  });

  it('asks a repository: the folder that is named, by default the working directory', async () => {
    const repo = join(folder, 'repo');
    mkdirSync(repo);
    writeFileSync(join(repo, 'a.py'), 'def first():\n    return "\u001b[31m"\n');
    writeFileSync(join(repo, '\u001b[31mb.py'), '');
    expect(JSON.parse((await tool('scanner_files', 'repo', '--json')).stdout)).toMatchObject({ rows: [{ file: '\u001b[31mb.py' }, { file: 'a.py' }] });
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect((await tool('scanner_files', 'repo')).stdout).not.toMatch(/\u001b/);
    rmSync(join(repo, '\u001b[31mb.py'));
    const named = await tool('scanner_files', './repo', '--json');
    expect(JSON.parse(named.stdout)).toMatchObject({ tool: 'scanner_files', abstained: null, rows: [{ file: 'a.py', language: 'python' }] });
    const found = await tool('scanner_search', '--repo', repo, '--pattern', 'def \\w+|return', '--json');
    expect(JSON.parse(found.stdout)).toMatchObject({ rows: [{ file: 'a.py', line: 1, column: 1 }, { line: 2, column: 5 }], facts: { matches: 2 } });
    const printed = await tool('scanner_read', 'repo', '--file', 'a.py');
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(printed.stdout).not.toMatch(/\u001b/);
    expect(printed.stdout).toContain('def first():');
  });

  it('lists every tool with what it takes', async () => {
    const listed = JSON.parse((await tool('--list', '--json')).stdout) as { name: string; input: { properties: object } }[];
    expect(listed.find(({ name }) => name === 'gaps')?.input.properties).toMatchObject({ least_us: { type: 'number', default: 5 } });
    const { stdout } = await tool('--list');
    expect(stdout).toContain('when a device had nothing to do');
    expect(stdout.match(/^(?:A|Any) .+$/gm)).toEqual(expect.arrayContaining(['A profile, about GPUs', 'Any profile', 'A repository']));
  });

  it.each([
    ['no such tool', ['kernel', 'a.sqlite'], 'PL_NO_SUCH_TOOL'],
    ['no profile', ['kernels'], 'PL_TOOL_PROFILE'],
    ['a profile that is not there', ['kernels', 'b.sqlite'], 'PL_PROFILE_MISSING'],
    ['a flag that it does not have', ['kernels', 'a.sqlite', '--depth', '3'], 'PL_TOOL_INPUT'],
    ['a flag without its value', ['kernels', 'a.sqlite', '--limit'], 'PL_TOOL_INPUT'],
    ['a value out of range', ['kernels', 'a.sqlite', '--limit', '0'], 'PL_TOOL_INPUT'],
    ['a word that is no flag', ['kernels', 'a.sqlite', 'more'], 'PL_TOOL_INPUT'],
    ['a second profile', ['kernels', '--profile', 'a.sqlite', 'b.sqlite'], 'PL_TOOL_INPUT'],
    ['a flag before the name', ['--limit', '3', 'kernels'], 'PL_NO_SUCH_TOOL'],
    ['a repository for what asks a profile', ['kernels', 'a.sqlite', '--repo', '.'], 'PL_TOOL_INPUT'],
    ['a profile for what asks a repository', ['scanner_files', 'a.sqlite'], 'PL_SCAN_FOLDER'],
    ['a path out of the repository', ['scanner_read', '--file', '../../etc/passwd'], 'PL_SCAN_OUTSIDE'],
    ['a file that the scanner does not read', ['scanner_read', '--file', 'a.sqlit'], 'PL_SCAN_FILE'],
    ['a pattern that is none', ['scanner_search', '--pattern', 'f('], 'PL_SCAN_PATTERN'],
    ['a statement that writes', ['query', 'a.sqlite', '--sql', 'DELETE FROM StringIds'], 'PL_TOOL_SQL'],
    ['a query that does not end', ['query', 'a.sqlite', '--seconds', '0.5', '--sql', 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n'], 'PL_TOOL_TIME'],
  ])('refuses %s', async (_, args, code) => {
    const { exitCode, stdout } = await tool(...args, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code, fix: expect.stringMatching(/\w/) as string } });
  });
});
