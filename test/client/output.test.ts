import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalPidOf, writeExport } from '../profile/nsys-export.js';

// What is made of a profile, by the command line as a process. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-output-'));
const profile = join(folder, 'a.sqlite');
// Steers a terminal (a C1 control), turns text around, and is long.
const name = `gemm \u009b31m \u202e ${'x'.repeat(1_000_000)}`;

beforeAll(() => {
  // A multiplication off the tensor cores is a finding that names its kernel.
  const kernels = Array.from({ length: 50 }, (_, i) => ({ start: 1000 * i, end: 1000 * i + 990, deviceId: 0, streamId: 7, correlationId: i, globalPid: globalPidOf(5), demangledName: 1, shortName: 1 }));
  writeExport(profile, { CUPTI_ACTIVITY_KIND_KERNEL: kernels, TARGET_INFO_GPU: [{ id: 0, name: 'NVIDIA A100', computeMajor: 8, computeMinor: 0 }] }, { strings: { 1: `ampere_sgemm_128x64_tn ${name}` } });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cli = (...args: string[]) => execa(process.execPath, [bin, ...args], { env: { PERFLOOP_HOME: join(folder, 'home'), NO_COLOR: '1' }, reject: false, cwd: folder });

describe('what is made of a profile', () => {
  it.each([
    ['page', ['page', 'a.sqlite', '-o', 'a.sqlite']],
    ['export', ['export', 'a.sqlite', '-o', './a.sqlite']],
    ['analyze', ['analyze', 'a.sqlite', '-o', 'same.sqlite']],
  ])('%s never goes over the profile', async (_, args) => {
    if (!existsSync(join(folder, 'same.sqlite'))) symlinkSync('a.sqlite', join(folder, 'same.sqlite'));
    const before = readFileSync(profile);
    const { exitCode, stdout } = await cli(...args, '--json');
    expect({ exitCode, error: (JSON.parse(stdout) as { error: { code: string } }).error.code }).toEqual({ exitCode: 2, error: 'PL_OUTPUT_IS_PROFILE' });
    expect(readFileSync(profile).equals(before)).toBe(true);
  });

  it('goes beside what is there where nobody names a file', async () => {
    writeFileSync(join(folder, 'a.sqlite.html'), 'mine');
    expect(JSON.parse((await cli('page', 'a.sqlite', '--json')).stdout)).toMatchObject({ page: join(folder, 'a.sqlite-2.html') });
    expect(readFileSync(join(folder, 'a.sqlite.html'), 'utf8')).toBe('mine');
    expect(JSON.parse((await cli('export', 'a.sqlite', '--json')).stdout)).toMatchObject({ file: join(folder, 'a.trace.json.gz') });
    expect(JSON.parse((await cli('export', 'a.sqlite', '--json')).stdout)).toMatchObject({ file: join(folder, 'a-2.trace.json.gz') });
  });

  it('is one document on stdout with --json, also where it goes to a file, and an error where that cannot be', async () => {
    expect(JSON.parse((await cli('analyze', 'a.sqlite', '--json', '-o', 'found.json')).stdout)).toMatchObject({ written: join(folder, 'found.json') });
    expect(JSON.parse(readFileSync(join(folder, 'found.json'), 'utf8'))).toHaveProperty('findings');
    const { exitCode, stdout } = await cli('analyze', 'a.sqlite', '--json', '-o', join(folder, 'home', 'profiles'));
    expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({ exitCode: 2, error: { code: 'PL_OUTPUT_UNWRITABLE' } });
  });

  it('does not steer a terminal, and is cut where nobody reads on', async () => {
    for (const form of [[], ['--json'], ['--md'], ['--sarif']]) {
      const { exitCode, stdout } = await cli('analyze', 'a.sqlite', ...form);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('sgemm');
      expect(stdout).not.toMatch(/[\u0080-\u009f\u202a-\u202e]/);
      expect(stdout.length).toBeLessThan(60_000);
    }
    const { stdout } = await cli('tool', 'kernels', 'a.sqlite', '--json');
    expect(stdout).not.toMatch(/[\u0080-\u009f\u202a-\u202e]/);
    expect((JSON.parse(stdout) as { rows: { kernel: string }[] }).rows[0]?.kernel).toContain(name.slice(0, 30));
  });

  it('is refused by name for a path that leads nowhere', async () => {
    symlinkSync('loop', join(folder, 'loop'));
    for (const verb of [['analyze'], ['tool', 'kernels'], ['page'], ['export']]) {
      const { exitCode, stdout } = await cli(...verb, 'loop', '--json');
      expect({ exitCode, code: (JSON.parse(stdout) as { error: { code: string } }).error.code }).toEqual({ exitCode: 2, code: 'PL_PROFILE_UNREADABLE' });
    }
    expect(readdirSync(folder)).not.toContain('loop.html');
  });
});
