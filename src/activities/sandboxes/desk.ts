import { resolve } from 'node:path';
import type { Config } from '../../core/config/schema.js';
import { applyInput, commitInput, createInput, measureInput, sandboxInput } from '../../tools/sandbox/tools.js';
import type { SandboxDesk, SandboxToolName } from '../../tools/sandbox/tool.js';
import { closeWorktree } from '../../workspace/open-worktree.js';
import { resolveTarget } from '../../workspace/snapshot.js';
import type { Attempt } from '../activity.js';
import type { Dependencies } from '../dependencies.js';
import { repositoryOf, worktreeOf } from '../ground.js';
import { openTogether } from '../worktrees.js';
import { applyTo } from './apply.js';
import { commitOf } from './commit.js';
import { measure } from './measure.js';
import { passedText, untested } from './passed.js';
import { forgetState, newState, readState, worktreesOf } from './state.js';
import { validate } from './validate.js';

type Answer = Awaited<ReturnType<SandboxDesk>>;

/** The tools of sandboxes for who may write. `loadConfig`: of a folder, or of a file that was named. */
export function sandboxDesk(deps: Dependencies, loadConfig: (folder: string, file: string | undefined) => Promise<Config>): SandboxDesk {
  const does: Record<SandboxToolName, (input: unknown, cwd: string, attempt: Attempt) => Promise<Answer>> = {
    sandbox_create: async (input, cwd) => {
      const { repo, revision, config: file } = createInput.parse(input);
      const folder = resolve(cwd, repo);
      const config = await loadConfig(folder, file === undefined ? undefined : resolve(cwd, file));
      const { target, warnings } = await resolveTarget({ dir: folder, revision, artifacts: deps.artifacts });
      const repository = await repositoryOf(deps, target);
      await repository.ensureCommit(target.base);
      const state = await newState(deps.home, { target, config });
      const { b } = worktreesOf(state);
      await openTogether(deps, state, repository, [{ key: b.key, commit: target.base }]);
      const { path, place } = await worktreeOf(deps, b);
      return found({ sandbox: state.id, base: target.base.commit, worktree: path, sandboxed: place !== null }, [...warnings, 'Only read the worktree. Changes come in by sandbox_apply; what is edited in it by hand is thrown away.']);
    },
    sandbox_apply: async (input) => {
      const { sandbox, diff, edits } = applyInput.parse(input);
      const state = await readState(deps.home, sandbox);
      const { commit, files } = await applyTo(deps, state, { diff, edits });
      return { ...found({ sandbox, commit }, []), rows: files.map((file) => ({ file })) };
    },
    sandbox_validate: async (input, _cwd, attempt) => {
      const { sandbox } = sandboxInput.parse(input);
      const { steps, commit, valid, isLatest } = await validate(deps, await readState(deps.home, sandbox), attempt);
      const passed = steps.map(({ step }) => step);
      const outdated = isLatest ? [] : ['Another change was put into the sandbox meanwhile. This is about the one before it: validate again.'];
      return { ...found({ sandbox, commit, valid }, [...(valid ? [passedText(passed), ...untested(passed)] : []), ...outdated]), rows: steps };
    },
    sandbox_measure: async (input, _cwd, attempt) => {
      const { sandbox, pairs } = measureInput.parse(input);
      return measure(deps, await readState(deps.home, sandbox), pairs, attempt);
    },
    sandbox_commit: async (input) => {
      const { sandbox, message } = commitInput.parse(input);
      const state = await readState(deps.home, sandbox);
      return found({ sandbox, ...(await commitOf(deps, state, message)) }, [passedText(state.passed), ...untested(state.passed), 'No verdict was reached: `perfloop judge` reaches one.']);
    },
    sandbox_remove: async (input) => {
      const { sandbox } = sandboxInput.parse(input);
      const { a, b } = worktreesOf(await readState(deps.home, sandbox));
      for (const { key } of [a, b]) await closeWorktree(deps.home, key);
      await forgetState(deps.home, sandbox);
      return found({ sandbox }, []);
    },
  };
  return (name, input, { cwd, signal }) => does[name](input, cwd, { signal, report: () => undefined });
}

const found = (facts: object, notes: string[]): Answer => ({ rows: [], more: 0, facts, notes });
