import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FoundKnobs, ShownKnob } from '../../src/client/verbs/knobs.js';

// As a process. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-knobs-'));

beforeAll(() => {
  mkdirSync(join(folder, 'repo'));
  for (const [path, text] of Object.entries({
    Makefile: 'CFLAGS = -O2\nprog: main.c\n\t$(CC) $(CFLAGS) -o $@ $<\n',
    'run.py': 'import sys\n',
    'perfloop.toml': '[commands]\nbuild = "make"\nbenchmark = "python3 run.py"\n',
  })) writeFileSync(join(folder, 'repo', path), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const perfloop = (...args: string[]) => execa(process.execPath, [bin, 'knobs', ...args, '--repo', 'repo'], { env: { PERFLOOP_HOME: join(folder, 'home'), NO_COLOR: '1' }, reject: false, cwd: folder });

it('lists what can be turned, what it is now, and what is left alone', async () => {
  const [text, json] = await Promise.all([perfloop('list'), perfloop('list', '--json')]);
  expect(text.stdout).toMatch(/^makefile-optimisation {2}Makefile:1 {2}-O2 +-O3$/m);
  expect(text.stdout).toMatch(/^makefile-fast-math .* -ffast-math \*$/m);
  expect(text.stdout).toMatch(/^left alone {2}python-gc-threshold 50_000: run\.py is protected: the benchmark command runs it$/m);
  const { knobs, left } = JSON.parse(json.stdout) as FoundKnobs;
  expect(knobs.map(({ id }) => id)).toEqual(['makefile-optimisation', 'makefile-machine', 'makefile-link-time', 'makefile-fast-math']);
  expect(left.map(({ id, value }) => `${id} ${value}`)).toEqual(['makefile-profile ', 'python-gc-threshold 50_000', 'python-gc-threshold 200_000']);
});

it('shows what a setting changes, and names the nearest knob where there is none', async () => {
  const [text, json, unknown] = await Promise.all([perfloop('show', 'makefile-optimisation'), perfloop('show', 'makefile-optimisation', '--json'), perfloop('show', 'makefile')]);
  expect(text.stdout).toContain('\n-CFLAGS = -O2\n+CFLAGS = -O3\n');
  expect((JSON.parse(json.stdout) as ShownKnob).settings).toMatchObject([{ value: '-O3', set: null, diff: expect.stringContaining('+CFLAGS = -O3') as string }]);
  expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/PL_KNOB_UNKNOWN.*\n.*\n.*Did you mean makefile-/) as string });
});
