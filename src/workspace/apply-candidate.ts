import { chmod, lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyEdits } from '../core/candidates/apply-edits.js';
import type { Change, SpanEdit } from '../core/candidate.js';
import { PerfloopError } from '../core/errors.js';
import { sha256 } from '../propose/hash.js';
import { writeFileAtomic } from '../store/atomic-file.js';
import { git, gitBytes, gitResult } from './git.js';
import { withLockRetry } from './locks.js';
import { unsafePath, unsafePlace } from './safe-path.js';
import { inWorktree, type Worktree } from './worktree.js';

/**
 * Makes the files of a worktree those of its commit with a change on top; whatever else was changed there is undone first,
 * so that it can be repeated. Edits keep a file's line ends, byte order mark, missing last newline and mode. A commit made
 * on an earlier champion is merged; it must be in the repository (`ensureCommit`). Throws PL_DOES_NOT_APPLY or
 * PL_UNSAFE_PATH, and then has written nothing of the change.
 */
export async function applyCandidate(worktree: Worktree, change: Change): Promise<void> {
  await undoChanges(worktree);
  if (change.kind === 'edits') await applySpanEdits(worktree, change.edits);
  else await applyCommit(worktree, change.commit.commit, change.since);
}

/** Makes the files of a worktree those of its commit. What is ignored, linked, or made by set-up or build stays. */
export async function undoChanges(worktree: Worktree): Promise<void> {
  await withLockRetry(worktree.repository, () => git(['reset', '--quiet', '--hard', worktree.commit], inWorktree(worktree)));
  await git(['clean', '-ffdq'], inWorktree(worktree));
}

async function applySpanEdits(worktree: Worktree, edits: readonly SpanEdit[]): Promise<void> {
  const byFile = groupByFile(edits);
  const written: { path: string; text: string; mode: number }[] = [];
  for (const [file, ofFile] of byFile) {
    const path = join(worktree.path, file);
    const why = unsafePath(file) ?? (await unsafePlace(worktree.path, file));
    if (why !== undefined) throw new PerfloopError('PL_UNSAFE_PATH', `the candidate edits ${JSON.stringify(file)}, which ${why}`, { where: file });
    const { mode } = await lstat(path).catch(() => {
      throw new PerfloopError('PL_DOES_NOT_APPLY', `the candidate edits ${file}, which is not there`, { where: file });
    });
    written.push({ path, text: edited(file, await readText(path, file), ofFile), mode: mode & 0o777 });
  }
  for (const { path, text, mode } of written) {
    await writeFileAtomic(path, text, mode);
    await chmod(path, mode);
  }
}

function edited(file: string, text: string, edits: readonly SpanEdit[]): string {
  try {
    return applyEdits(text, edits, sha256);
  } catch (error) {
    if (!(error instanceof PerfloopError)) throw error;
    throw new PerfloopError('PL_DOES_NOT_APPLY', `the candidate does not apply to ${file}: ${error.message.replace(/\.$/, '')}`, { where: error.where ?? file, cause: error });
  }
}

function groupByFile(edits: readonly SpanEdit[]): Map<string, SpanEdit[]> {
  const groups = new Map<string, SpanEdit[]>();
  for (const edit of edits) groups.set(edit.file, [...(groups.get(edit.file) ?? []), edit]);
  return groups;
}

/** The text of a file, with its byte order mark as the first character, as the offsets of span edits count it. */
async function readText(path: string, file: string): Promise<string> {
  const bytes = await readFile(path);
  try {
    if (!bytes.includes(0)) return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Reported below, as a file with a NUL is.
  }
  throw new PerfloopError('PL_DOES_NOT_APPLY', `the candidate edits ${file}, which is not UTF-8 text`, { where: file });
}


/** Applies what the commit changed since its ancestor `since`, else since it left the line of commits that the worktree's commit is on. */
async function applyCommit(worktree: Worktree, commit: string, since: string | undefined): Promise<void> {
  const options = inWorktree(worktree);
  const from = await gitResult(since === undefined ? ['merge-base', commit, worktree.commit] : ['rev-parse', '--verify', '--quiet', `${since}^{commit}`], options);
  if (from.exitCode !== 0) throw new PerfloopError('PL_DOES_NOT_APPLY', `the candidate's commit ${commit.slice(0, 12)} has no history in common with ${worktree.commit.slice(0, 12)}`, { where: worktree.path });
  const patch = await gitBytes(['diff-tree', '-p', '--binary', '--full-index', '--no-renames', '--no-ext-diff', '--no-textconv', from.stdout.toString('utf8').trim(), commit], options);
  if (patch.byteLength === 0) return;
  const applied = await gitResult(['apply', '--index', '--3way', '--whitespace=nowarn', '-'], { ...options, input: patch });
  if (applied.exitCode === 0) return;
  const conflicts = (await git(['diff', '--name-only', '--diff-filter=U', '-z'], options)).split('\0').filter((path) => path !== '');
  await git(['reset', '--quiet', '--hard', worktree.commit], options);
  throw new PerfloopError('PL_DOES_NOT_APPLY', `the candidate's commit does not apply to ${worktree.commit.slice(0, 12)}`, {
    where: conflicts.length > 0 ? conflicts.join(', ') : worktree.path,
    problems: applied.stderr.split('\n').filter((line) => line !== '').slice(-8),
  });
}
