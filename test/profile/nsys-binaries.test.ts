import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { findNsys, findQdstrmImporter, needNsys, needQdstrmImporter } from '../../src/profile/nsys-binaries.js';
import { temporaryFolder } from './temporary-folder.js';

function program(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

it('finds nsys where the environment says, then on PATH', () => {
  const folder = temporaryFolder();
  const onPath = program(join(folder, 'bin', 'nsys'));
  expect(findNsys({ PATH: `relative:${join(folder, 'none')}:${dirname(onPath)}` })).toBe(onPath);
  const named = program(join(folder, 'my nsys'));
  expect(findNsys({ PATH: dirname(onPath), PERFLOOP_NSYS: named })).toBe(named);
});

it('does not take another where the one that is named is missing, and says how to get it', () => {
  const onPath = program(join(temporaryFolder(), 'nsys'));
  const env = { PATH: dirname(onPath), PERFLOOP_NSYS: '/nowhere/nsys' };
  expect(findNsys(env)).toBeNull();
  expect(() => needNsys('a.nsys-rep', env)).toThrow(expect.objectContaining({ code: 'PL_NSYS_MISSING', where: 'a.nsys-rep', fix: expect.stringContaining('nsys export --type sqlite') }));
});

it.each([
  ['NVIDIA\'s', 'opt/2025.1/target-linux-x64/nsys', 'opt/2025.1/host-linux-x64/QdstrmImporter'],
  ['Debian\'s', 'usr/lib/x86_64-linux-gnu/nsight-systems/target-linux-x64/nsys', 'usr/lib/nsight-systems/host-linux-x64/QdstrmImporter'],
])('finds the importer of %s packages, from a link to nsys', (_, nsys, importer) => {
  const folder = temporaryFolder();
  program(join(folder, nsys));
  const expected = program(join(folder, importer));
  symlinkSync(join(folder, nsys), join(folder, 'nsys'));
  expect(findQdstrmImporter(join(folder, 'nsys'))).toBe(expected);
});

it('says what to install where the importer is missing', () => {
  const nsys = program(join(temporaryFolder(), 'a', 'b', 'c', 'nsys'));
  // An installed package of Debian would be found all the same.
  if (findQdstrmImporter(nsys) === null) expect(() => needQdstrmImporter(nsys, 'a.qdstrm')).toThrow(expect.objectContaining({ code: 'PL_NSYS_MISSING' }));
});
