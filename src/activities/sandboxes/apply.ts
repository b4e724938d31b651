import { commandSpecsOf } from '../../core/config/benchmarks.js';
import { PerfloopError } from '../../core/errors.js';
import { resolveEdits } from '../../models/optimize/resolve-edits.js';
import type { TextReplacement } from '../../models/optimize/schemas.js';
import { applyCandidate } from '../../workspace/apply-candidate.js';
import { commitAll } from '../../workspace/commit-worktree.js';
import { gitResult } from '../../workspace/git.js';
import { withFreshWorktree } from '../../workspace/open-worktree.js';
import { protectionOf } from '../../workspace/protected-globs.js';
import { inWorktree, type Worktree } from '../../workspace/worktree.js';
import type { Dependencies } from '../dependencies.js';
import { repositoryOf } from '../ground.js';
import { rulesOf } from '../guard-protected.js';
import { reviewChange } from '../review-change.js';
import { changeState, groundOf, type SandboxGround, type SandboxState } from './state.js';

interface Change {
  diff?: string | undefined;
  edits?: readonly TextReplacement[] | undefined;
}

/** Puts a change on top of what is in the sandbox. Throws PL_SANDBOX_CHANGE, and then nothing has changed. */
export async function applyTo(deps: Dependencies, state: SandboxState, change: Change): Promise<{ commit: string; files: string[] }> {
  const base = state.target.base.commit;
  const made = await commitOfChange(deps, groundOf(state), { key: `${state.id}/sandbox/apply`, from: state.commit ?? base, base }, change);
  if (!(await changeState(deps.home, state, { commit: made.commit, valid: null, passed: [] }))) throw refused('Another change was put there meanwhile.');
  return made;
}

/**
 * Makes a commit of a change on `from`, in a worktree of this key. All that then differs from `base` has to be what a candidate may
 * change. Throws PL_SANDBOX_CHANGE.
 */
export async function commitOfChange(deps: Dependencies, { target, config }: SandboxGround, { key, from, base }: { key: string; from: string; base: string }, { diff, edits }: Change): Promise<{ commit: string; files: string[] }> {
  if ((diff === undefined) === (edits === undefined)) throw refused('Give either a diff or edits.');
  const repository = await repositoryOf(deps, target);
  await repository.ensureCommit(target.base);
  const rules = await rulesOf(repository, target, config);
  const commit = await withFreshWorktree({ home: deps.home, repository, key, commit: from }, async (worktree) => {
    if (diff !== undefined) await applyDiff(worktree, diff);
    else await applyTexts(worktree, edits ?? [], protectionOf(rules));
    return commitAll(worktree, 'A change in a sandbox\n', 0).catch((error: unknown) => {
      throw error instanceof PerfloopError && error.code === 'PL_NOTHING_CHANGED' ? refused('It changes nothing.') : error;
    });
  });
  const review = await reviewChange(repository, { from: base, to: commit, rules, byPerson: false, commands: commandSpecsOf(config) });
  if (review.refused !== null) throw refused(review.refused);
  return { commit, files: (await repository.changedPaths(base, commit)).map(({ path }) => path) };
}

async function applyDiff(worktree: Worktree, diff: string): Promise<void> {
  const put = await gitResult(['apply', '--index', '--3way', '--whitespace=nowarn', '-'], { ...inWorktree(worktree), input: diff.endsWith('\n') ? diff : `${diff}\n` });
  if (put.exitCode !== 0) throw refused(`The diff does not apply: ${put.stderr.trim().split('\n').slice(-3).join('; ')}`);
}

async function applyTexts(worktree: Worktree, edits: readonly TextReplacement[], protectedBy: (path: string) => string | undefined): Promise<void> {
  const resolved = await resolveEdits(edits, { worktree: worktree.path, protectedBy });
  if (!resolved.ok) throw refused(resolved.problems.join('\n'));
  await applyCandidate(worktree, { kind: 'edits', edits: resolved.edits });
}

function refused(why: string): PerfloopError {
  return new PerfloopError('PL_SANDBOX_CHANGE', why, { where: 'sandbox_apply', fix: 'Nothing was changed. Correct it and apply it again.' });
}
