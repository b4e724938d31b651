import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { PerfloopError } from '../core/errors.js';

/** Where its packages put it, newest version first: NVIDIA's installers, the CUDA toolkit, the HPC SDK, Debian's. */
const usual = [
  '/opt/nvidia/nsight-systems/*/bin/nsys',
  '/opt/nvidia/nsight-systems/*/target-linux-*/nsys',
  '/opt/nvidia/nsight-systems-cli/*/bin/nsys',
  '/opt/nvidia/nsight-systems-cli/*/target-linux-*/nsys',
  '/usr/local/cuda*/bin/nsys',
  '/opt/nvidia/hpc_sdk/Linux_*/*/profilers/Nsight_Systems/bin/nsys',
  '/usr/lib/nsight-systems/bin/nsys',
];

/** From the folder of the real nsys: beside it, or where Debian's package has it, which puts the two into two folders. */
const importers = ['../host-linux-*/QdstrmImporter', '../../../nsight-systems/host-linux-*/QdstrmImporter'];

/** Where nsys is: what PERFLOOP_NSYS says, else on PATH, else in one of the usual places. Null where it is not. */
export function findNsys(env: Readonly<Record<string, string | undefined>> = process.env): string | null {
  const named = env['PERFLOOP_NSYS'];
  if (named !== undefined && named !== '') return isProgram(named) ? named : null;
  const onPath = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute).map((folder) => join(folder, 'nsys'));
  return [...onPath, ...usual.flatMap(expand)].find(isProgram) ?? null;
}

/** As findNsys. Throws PL_NSYS_MISSING; `where`: what it is needed for. */
export function needNsys(where: string, env?: Readonly<Record<string, string | undefined>>): string {
  const found = findNsys(env);
  if (found !== null) return found;
  throw new PerfloopError('PL_NSYS_MISSING', 'Nsight Systems (nsys) is not installed.', {
    where,
    fix: 'Install it (NVIDIA\'s nsight-systems-cli; on Debian nsight-systems of the component non-free), or set PERFLOOP_NSYS to the program. For a report you can also run `nsys export --type sqlite` where it was recorded, and bring the .sqlite.',
  });
}

/**
 * The program that makes a .nsys-rep of the .qdstrm that a recording leaves where nsys did not import it itself (as Debian's
 * does not). Null where it is not.
 */
export function findQdstrmImporter(nsys: string): string | null {
  let folder: string;
  try {
    folder = dirname(realpathSync(nsys));
  } catch {
    return null;
  }
  return [...importers.map((place) => join(folder, place)), '/usr/lib/nsight-systems/host-linux-*/QdstrmImporter'].flatMap(expand).find(isProgram) ?? null;
}

/** As findQdstrmImporter. Throws PL_NSYS_MISSING. */
export function needQdstrmImporter(nsys: string, where: string): string {
  const found = findQdstrmImporter(nsys);
  if (found !== null) return found;
  throw new PerfloopError('PL_NSYS_MISSING', 'QdstrmImporter, which a recording (.qdstrm) is made readable with, is not beside nsys.', { where, fix: 'Install the whole of Nsight Systems (on Debian nsight-systems, not nsight-systems-target alone), or import the recording where it is.' });
}

/** Fills in each `*` by the names that are there, newest version first. */
function expand(pattern: string): string[] {
  let paths = ['/'];
  for (const part of pattern.split('/').filter((name) => name !== '')) {
    paths = paths.flatMap((path) => (part.includes('*') ? matching(path, part) : [join(path, part)]));
  }
  return paths;
}

function matching(folder: string, part: string): string[] {
  const [before = '', after = ''] = part.split('*');
  try {
    const names = readdirSync(folder).filter((name) => name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after));
    return names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true })).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
