import { PerfloopError } from '../core/errors.js';
import { git, gitBytes, gitResult, type GitOptions } from './git.js';

/** A file of a commit. Mode is git's: 100644, 100755 (executable), 120000 (symlink), 160000 (submodule). */
export interface TreeEntry {
  path: string;
  mode: string;
  /** Git's hash of the content. */
  object: string;
}

/** How a path differs between two commits. Renames are a deletion and an addition. Mode 000000 is: not there. */
export interface ChangedPath {
  path: string;
  status: 'added' | 'deleted' | 'modified' | 'type-changed';
  oldMode: string;
  newMode: string;
}

export const modes = { file: '100644', executable: '100755', symlink: '120000', submodule: '160000', none: '000000' } as const;

/** The last trees that were listed, by the hash of their commit, which says all that is in them. Protected files are laid over many worktrees of the same two commits. */
const listed = new Map<string, Promise<TreeEntry[]>>();
const mostListed = 4;

/** Every file of a commit, submodules included as one entry each. */
export async function listTree(commit: string, options: GitOptions): Promise<readonly TreeEntry[]> {
  const known = listed.get(commit);
  if (known !== undefined) return known;
  const listing = readTree(commit, options);
  if (/^[0-9a-f]{40}$/.test(commit)) listed.set(commit, listing);
  for (const oldest of [...listed.keys()].slice(0, Math.max(0, listed.size - mostListed))) listed.delete(oldest);
  return listing.catch((error: unknown) => {
    listed.delete(commit);
    throw error;
  });
}

async function readTree(commit: string, options: GitOptions): Promise<TreeEntry[]> {
  const output = (await gitBytes(['ls-tree', '-r', '-z', '--full-tree', commit], options)).toString('utf8');
  return output.split('\0').flatMap((line) => {
    const match = /^(\d{6}) \w+ ([0-9a-f]+)\t(.+)$/s.exec(line);
    return match === null ? [] : [{ mode: match[1] ?? '', object: match[2] ?? '', path: match[3] ?? '' }];
  });
}

const statuses: Record<string, ChangedPath['status']> = { A: 'added', D: 'deleted', M: 'modified', T: 'type-changed' };

export async function changedPathsBetween(from: string, to: string, options: GitOptions): Promise<ChangedPath[]> {
  const output = (await gitBytes(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', from, to], options)).toString('utf8');
  const fields = output.split('\0');
  const changes: ChangedPath[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const match = /^:(\d{6}) (\d{6}) [0-9a-f]+ [0-9a-f]+ ([A-Z])/.exec(fields[index] ?? '');
    const status = statuses[match?.[3] ?? ''];
    if (match === null || status === undefined) throw new Error(`unexpected line of git diff-tree: ${fields[index]}`);
    changes.push({ path: fields[index + 1] ?? '', status, oldMode: match[1] ?? '', newMode: match[2] ?? '' });
  }
  return changes;
}

/** Small files that were read last, by commit and path; null: the commit has none there. What a proposer changed is looked at from many sides, and each asks git for the same few files. */
const read = new Map<string, Buffer | null>();
const mostRead = 256;
const largestKept = 1 << 16;

/** The bytes of a file of a commit, not to be written to. Throws PL_NO_SUCH_FILE. */
export async function readFileAt(commit: string, file: string, options: GitOptions): Promise<Buffer> {
  const name = `${commit}:${file}`;
  const before = read.get(name);
  if (before === null) throw noSuchFile(commit, file, options, []);
  if (before !== undefined) return before;
  const result = await gitResult(['cat-file', 'blob', name], options);
  const absent = result.exitCode !== 0 && / does not exist in /.test(result.stderr);
  if (/^[0-9a-f]{40}$/.test(commit) && (absent || (result.exitCode === 0 && result.stdout.byteLength <= largestKept))) remember(name, absent ? null : result.stdout);
  if (result.exitCode !== 0) throw noSuchFile(commit, file, options, [result.stderr.trim()]);
  return result.stdout;
}

function remember(name: string, content: Buffer | null): void {
  read.set(name, content);
  for (const oldest of [...read.keys()].slice(0, Math.max(0, read.size - mostRead))) read.delete(oldest);
}

function noSuchFile(commit: string, file: string, options: GitOptions, problems: string[]): PerfloopError {
  return new PerfloopError('PL_NO_SUCH_FILE', `${file} is not a file of the commit ${commit.slice(0, 12)}`, { where: options.cwd, problems });
}

/** Whether the commit (with its tree) is in the repository. */
export async function hasCommit(commit: string, options: GitOptions): Promise<boolean> {
  return git(['cat-file', '-e', `${commit}^{tree}`], options).then(
    () => true,
    () => false,
  );
}
