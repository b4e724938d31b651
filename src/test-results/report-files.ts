import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { namedReport } from '../core/tests/read.js';
import { PerfloopError } from '../core/errors.js';
import { readPlainFile } from '../workspace/plain-file.js';
import { removeTree } from '../workspace/remove-tree.js';
import { unsafeParent } from '../workspace/safe-path.js';

const mostFiles = 5000;
const mostBytes = 32 << 20;
const mostEntries = 500_000;

export interface ReportFiles {
  reports: { name: string; text: string }[];
  /** Why not all of them were read; null when they were. */
  problem: string | null;
}

/** Files of a worktree, and symlinks, that match a glob. Symlinks are not followed. */
async function matching(worktree: string, glob: string): Promise<string[]> {
  const matches = picomatch(glob, { dot: true });
  // Only folders below the fixed part of the glob can hold a match.
  const base = picomatch.scan(glob).base.replace(/^\.\/?/, '');
  const found: string[] = [];
  let left = mostEntries;
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(worktree, folder), { withFileTypes: true }).catch(() => [])) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      left -= 1;
      if (left < 0) throw new PerfloopError('PL_TESTS_REPORT_GLOB', `more than ${mostEntries} files would have to be looked at for reports`, { where: `tests.report: ${glob}`, fix: 'Begin the glob with the folder that the reports are in.' });
      if (entry.isDirectory() && entry.name !== '.git') await walk(path);
      else if (!entry.isDirectory() && matches(path)) found.push(path);
    }
  };
  if ((await unsafeParent(worktree, `${base}/x`)) === undefined) await walk(base);
  else if (matches(base) && (await unsafeParent(worktree, base)) === undefined) found.push(base);
  return found.sort();
}

/** So that what an earlier run, the build or the candidate left there cannot stand in for results. Links are removed, too. */
export async function removeReports(worktree: string, glob: string): Promise<void> {
  for (const path of await matching(worktree, glob)) await removeTree(join(worktree, path));
}

export async function readReports(worktree: string, glob: string): Promise<ReportFiles> {
  const files = await matching(worktree, glob);
  if (files.length > mostFiles) return { reports: [], problem: `there are more than ${mostFiles} of them` };
  return readFiles(files.map((path) => ({ name: namedReport, path: join(worktree, path) })));
}

/** Reads files that are there; a missing one is left out, and so is what is no plain file. */
export async function readFiles(files: readonly { name: string; path: string }[]): Promise<ReportFiles> {
  const reports: ReportFiles['reports'] = [];
  let left = mostBytes;
  for (const { name, path } of files) {
    const content = await readPlainFile(path, left);
    if (content === 'no-file') continue;
    if (content === 'too-large') return { reports: [], problem: `they are larger than ${mostBytes >> 20} MiB` };
    left -= content.byteLength;
    reports.push({ name, text: content.toString('utf8') });
  }
  return { reports, problem: null };
}
