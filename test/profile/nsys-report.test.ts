import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { detectProfileKind } from '../../src/profile/import/detect.js';
import { importProfile } from '../../src/profile/import/import.js';
import { globalTidOf, writeExport } from './nsys-export.js';
import { temporaryFolder } from './temporary-folder.js';

afterEach(() => vi.unstubAllEnvs());

/** Stands in for nsys: writes the export that lies beside it, or says what nsys says of a report that it cannot read. */
function installNsys(folder: string, { fails = false } = {}): void {
  const nsys = join(folder, 'nsys');
  writeExport(join(folder, 'exported.sqlite'), { CUPTI_ACTIVITY_KIND_RUNTIME: [{ start: 1, end: 4, globalTid: globalTidOf(1, 1), correlationId: 5, nameId: 2, returnValue: 0 }] }, { strings: { 2: 'cudaLaunchKernel_v7000' } });
  writeFileSync(nsys, fails ? '#!/bin/sh\nprintf "Exporting 9 events: [1%%]\\rmagic number mismatch\\n" >&2\nexit 1\n' : `#!/bin/sh\nfor a; do case $a in --output=*) cp "${folder}/exported.sqlite" "\${a#--output=}";; esac; done\n`);
  chmodSync(nsys, 0o755);
  vi.stubEnv('PERFLOOP_NSYS', nsys);
}

function report(folder: string): string {
  const file = join(folder, 'a.nsys-rep');
  writeFileSync(file, 'NVIDIA Tegra Profiler Report 1.\n\x0b\x00');
  return file;
}

it('a report is exported by nsys, and imported', async () => {
  const folder = temporaryFolder();
  installNsys(folder);
  const file = report(folder);
  const before = readFileSync(file);
  expect(detectProfileKind(file)).toBe('nsys');
  expect(await importProfile({ files: [file], kind: 'auto', database: join(folder, 'out', 'p.sqlite') })).toMatchObject({ kind: 'nsys', processes: 1 });
  expect(readdirSync(join(folder, 'out'))).toEqual(['p.sqlite']);
  expect(readFileSync(file).equals(before)).toBe(true);
});

it('what nsys says of a report that it cannot read is passed on, and nothing is left', async () => {
  const folder = temporaryFolder();
  installNsys(folder, { fails: true });
  await expect(importProfile({ files: [report(folder)], kind: 'auto', database: join(folder, 'out', 'p.sqlite') })).rejects.toMatchObject({ code: 'PL_NSYS_FAILED', problems: ['magic number mismatch'] });
  expect(readdirSync(join(folder, 'out'))).toEqual([]);
});

it('without nsys it says how to get it', async () => {
  const folder = temporaryFolder();
  vi.stubEnv('PERFLOOP_NSYS', join(folder, 'none'));
  await expect(importProfile({ files: [report(folder)], kind: 'auto', database: join(folder, 'p.sqlite') })).rejects.toMatchObject({ code: 'PL_NSYS_MISSING' });
});

it('a recording needs the importer that belongs to nsys', async () => {
  const folder = temporaryFolder();
  installNsys(folder);
  const file = join(folder, 'a.qdstrm');
  writeFileSync(file, 'U3w[END]NVIDIA Nsight Systems Stream 2022.4\n');
  expect(detectProfileKind(file)).toBe('nsys');
  // Where the real one is installed, it refuses these bytes.
  await expect(importProfile({ files: [file], kind: 'auto', database: join(folder, 'p.sqlite') })).rejects.toMatchObject({ code: expect.stringMatching(/^PL_NSYS_(?:MISSING|FAILED)$/) as string });
});
