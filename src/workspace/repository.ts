import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import type { CommitRef, Target } from '../core/target.js';
import type { ArtifactStore } from '../store/artifacts.js';
import type { Home } from '../store/home.js';
import { bundleName } from './bundle-names.js';
import { git, gitBytes, gitResult, type GitOptions } from './git.js';
import { withLockRetry } from './locks.js';
import { bundleInto, withScratch } from './scratch.js';
import { type ChangedPath, changedPathsBetween, hasCommit, listTree, readFileAt, type TreeEntry } from './tree.js';

/** Perfloop's own bare repository of a target. Runs, workers and retries may use one at the same time. */
export interface Repository {
  readonly path: string;
  readonly target: Target;
  /** Brings a commit in from its bundle (the target's base first) unless it is there, and keeps it from being cleaned away. */
  ensureCommit(ref: CommitRef): Promise<void>;
  /** Stores a commit as a bundle without what `base` reaches; for the base itself and its ancestors the base's bundle. */
  commitRef(commit: string, base: CommitRef): Promise<CommitRef>;
  /** Keeps a commit that git made here from being cleaned away. */
  keep(commit: string): Promise<void>;
  /** The bytes of a file of a commit. Throws PL_NO_SUCH_FILE. */
  readFileAt(commit: string, path: string): Promise<Buffer>;
  /** Paths of every file of a commit. */
  listFiles(commit: string): Promise<string[]>;
  listTree(commit: string): Promise<readonly TreeEntry[]>;
  /** Git's hash of the files of a commit: equal for commits with the same files. */
  treeHash(commit: string): Promise<string>;
  /** A unified diff, for people. */
  diff(from: string, to: string, /** Lines of context, 3 by default. */ context?: number): Promise<string>;
  /** `git diff --stat`: which files differ, and by how many lines. */
  diffStat(from: string, to: string): Promise<string>;
  changedPaths(from: string, to: string): Promise<ChangedPath[]>;
  /** Points a branch at a commit, wherever it was. */
  setBranch(name: string, commit: string): Promise<void>;
  /** The commit of a branch, or undefined. */
  branch(name: string): Promise<string | undefined>;
}

/** Commits that this process has seen in a repository and kept there, by the folder itself: one that is deleted and made anew is another. */
const ensured = new Set<string>();
const mostEnsured = 10_000;

/** Opens the target's repository in the home, making it when it is not there. `name` is for another than the one that all runs share. */
export async function openRepository(home: Home, target: Target, artifacts: ArtifactStore, name = target.id): Promise<Repository> {
  if (!/^[A-Za-z0-9][\w-]{0,63}$/.test(target.id)) throw new PerfloopError('PL_TARGET_ID', `the target id ${JSON.stringify(target.id)} cannot name a folder`, { fix: 'Start the run again with this version of perfloop.' });
  const path = join(home.repos, `${name}.git`);
  await createOnce(home.repos, path);
  // Named outright: git would go looking for another repository above one that is damaged.
  const here: GitOptions = { cwd: path, env: { GIT_DIR: path } };
  const locked = <T>(work: () => Promise<T>) => withLockRetry(path, work);
  const keepRef = (commit: string) => `refs/perfloop/commits/${commit}`;
  const refIs = async (ref: string) => {
    const found = await gitResult(['rev-parse', '--verify', '--quiet', ref], here);
    return found.exitCode === 0 ? found.stdout.toString('utf8').trim() : undefined;
  };

  /** Git writes a reference as a file; of one that it has packed away since, this does not know. */
  const hasKeepFile = async (commit: string) => (await readFile(join(path, keepRef(commit)), 'utf8').catch(() => '')).trim() === commit;

  const keep = async (commit: string) => {
    if ((await hasKeepFile(commit)) || (await refIs(keepRef(commit))) === commit) return;
    await locked(() => git(['update-ref', keepRef(commit), commit], here));
  };

  const ensureCommit = async (ref: CommitRef): Promise<void> => {
    const { ino, birthtimeMs } = await stat(path);
    const name = `${path} ${ino} ${birthtimeMs} ${ref.commit}`;
    if (ensured.has(name) && (await hasKeepFile(ref.commit))) return;
    if (!(await hasCommit(ref.commit, here))) {
      if (ref.commit !== target.base.commit) await ensureCommit(target.base);
      const bundle = await artifacts.fileOf(ref.bundle);
      await locked(() => git(['bundle', 'unbundle', bundle], here));
      if (!(await hasCommit(ref.commit, here))) throw new PerfloopError('PL_BUNDLE_WITHOUT_COMMIT', `the bundle ${ref.bundle.sha.slice(0, 12)} does not hold the commit ${ref.commit}`, { where: artifacts.placeOf(ref.bundle), fix: 'Start the run again: it stores the commit anew.' });
    }
    await keep(ref.commit);
    if (ensured.size >= mostEnsured) ensured.clear();
    ensured.add(name);
  };

  return {
    path,
    target,
    ensureCommit,
    keep,
    async commitRef(commit, base) {
      const reached = await gitResult(['merge-base', '--is-ancestor', commit, base.commit], here);
      if (reached.exitCode === 0) return { commit, bundle: base.bundle };
      const name = bundleName(target.id, base.commit, commit);
      const known = await artifacts.recall(name);
      if (known !== undefined) return { commit, bundle: known };
      await keep(commit);
      const bundle = await withScratch(join(path, 'objects'), (scratch) => bundleInto(artifacts, scratch, commit, [base.commit]));
      await artifacts.remember(name, bundle);
      return { commit, bundle };
    },
    readFileAt: (commit, file) => readFileAt(commit, file, here),
    listFiles: async (commit) => (await listTree(commit, here)).map((entry) => entry.path),
    listTree: (commit) => listTree(commit, here),
    treeHash: (commit) => git(['rev-parse', '--verify', `${commit}^{tree}`], here),
    diff: async (from, to, context = 3) => (await gitBytes(['diff', `--unified=${context}`, '--no-ext-diff', '--no-textconv', '--no-renames', '--no-color', from, to, '--'], here)).toString('utf8'),
    diffStat: async (from, to) => (await gitBytes(['diff', '--stat=120', '--stat-count=60', '--no-ext-diff', '--no-textconv', '--no-renames', '--no-color', from, to, '--'], here)).toString('utf8'),
    changedPaths: (from, to) => changedPathsBetween(from, to, here),
    async setBranch(name, commit) {
      await git(['check-ref-format', `refs/heads/${name}`], here);
      await locked(() => git(['update-ref', `refs/heads/${name}`, commit], here));
    },
    branch: (name) => refIs(`refs/heads/${name}`),
  };
}

/** Settings of the repository itself, for whoever runs git in a worktree of it; and files exactly as the commits hold them. */
const ownConfig = { 'gc.auto': '0', 'maintenance.auto': 'false', 'core.autocrlf': 'false', 'core.fsync': 'committed,reference', 'core.logAllRefUpdates': 'false', 'user.name': 'perfloop', 'user.email': 'perfloop@localhost' };
const ownAttributes = '* -text !eol !filter !ident !working-tree-encoding\n';

/** Made beside and renamed, so that another process sees a whole repository or none. */
async function createOnce(folder: string, path: string): Promise<void> {
  if (await exists(path)) return;
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.new-${randomBytes(8).toString('hex')}`);
  try {
    await git(['init', '--quiet', '--bare', temporary], { cwd: folder });
    for (const [key, value] of Object.entries(ownConfig)) await git(['config', key, value], { cwd: temporary });
    await mkdir(join(temporary, 'info'), { recursive: true });
    await writeFile(join(temporary, 'info', 'attributes'), ownAttributes);
    await rename(temporary, path);
  } catch (error) {
    if (!(await exists(path))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
