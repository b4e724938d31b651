import { join } from 'node:path';
import type { KnobTraining } from '../core/knobs/knob.js';
import type { SpanEdit } from '../core/candidate.js';
import type { HostActivities } from '../core/run/contracts.js';
import type { CommitRef } from '../core/target.js';
import { writeFileAtomic } from '../store/atomic-file.js';
import { applyCandidate } from '../workspace/apply-candidate.js';
import { commitAll } from '../workspace/commit-worktree.js';
import { closeWorktree, withFreshWorktree } from '../workspace/open-worktree.js';
import type { Repository } from '../workspace/repository.js';
import type { Attempt } from './activity.js';
import { commandIn } from './commands.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf, worktreeOf } from './ground.js';
import { trainedProfiles, trainingState, type NotTrained } from './trained-profiles.js';
import { openTogether } from './worktrees.js';

type Input = Pick<Parameters<HostActivities['findKnobs']>[0], 'v' | 'run' | 'trial' | 'target' | 'config' | 'champion'>;

/**
 * Builds the champion with what counts, runs the training, and gives a commit on the champion of the edits of the setting and of
 * the files that the training left. Two worktrees of their own, which are gone afterwards.
 */
export async function trainKnob(deps: Dependencies, input: Input, setting: { title: string; edits: readonly SpanEdit[]; train: KnobTraining }, attempt: Attempt): Promise<CommitRef | NotTrained> {
  const { target, champion } = input;
  const { title, edits, train } = setting;
  const repository = await repositoryOf(deps, target);
  const key = `${input.run}/${input.trial}/training`;
  const counting = train.edits.length === 0 ? champion.commit : await withFreshWorktree({ home: deps.home, repository, key: `${key}-edits`, commit: champion.commit }, async (worktree) => {
    await applyCandidate(worktree, { kind: 'edits', edits: train.edits });
    return await commitAll(worktree, 'Lets a training write its profile\n', 0);
  });
  await closeWorktree(deps.home, key);
  try {
    const outputs = await trained(deps, input, repository, { key, counting, train }, attempt);
    if ('why' in outputs) return outputs;
    const commit = await withFreshWorktree({ home: deps.home, repository, key: `${key}-result`, commit: champion.commit }, async (worktree) => {
      await applyCandidate(worktree, { kind: 'edits', edits: [...edits] });
      for (const [path, content] of outputs) {
        await writeFileAtomic(join(worktree.path, path), content, 0o644);
      }
      return await commitAll(worktree, `${title}\n`, 0);
    });
    const committed = new Set((await repository.listTree(commit)).map(({ path }) => path));
    const ignored = [...outputs.keys()].filter((path) => !committed.has(path));
    if (ignored.length > 0) return { why: `git ignores what the training left (${shown(ignored)})` };
    return await repository.commitRef(commit, target.base);
  } finally {
    await closeWorktree(deps.home, key);
  }
}

async function trained(deps: Dependencies, input: Input, repository: Repository, { key, counting, train }: { key: string; counting: string; train: KnobTraining }, attempt: Attempt): Promise<Map<string, Buffer> | NotTrained> {
  const { target, config } = input;
  const [ref] = await openTogether(deps, input, repository, [{ key, commit: await repository.commitRef(counting, target.base) }]);
  if (ref === undefined) throw new Error('a worktree was asked for');
  const { build } = config.commands;
  const work = { v: input.v, run: input.run, trial: input.trial, target, config, worktree: ref } as const;
  const whyNot = async (step: Pick<Parameters<typeof commandIn>[1], 'role' | 'command' | 'cache'>, what: string): Promise<NotTrained | null> => {
    const outcome = await commandIn(deps, { ...work, ...step }, attempt);
    return outcome.ok ? null : { why: `${what} failed: ${outcome.problem.replaceAll(/\s+/g, ' ')}` };
  };
  const { setup } = config.target;
  const unbuilt = (setup === undefined ? null : await whyNot({ role: 'setup', command: setup, cache: true }, 'the setup for the training'))
    ?? (build === undefined ? null : await whyNot({ role: 'build', command: { ...build, run: `${train.prepare}\n${build.run}` }, cache: false }, 'the build for the training'));
  if (unbuilt !== null) return unbuilt;
  const { path } = await worktreeOf(deps, ref);
  const before = await trainingState(path, train.outputs);
  if ('why' in before) return before;
  const untrained = await whyNot({ role: 'command', command: { run: train.run, cwd: '.', env: train.env, timeout: build?.timeout ?? 600_000 }, cache: false }, 'the training');
  if (untrained !== null) return untrained;
  const after = await trainingState(path, train.outputs);
  if ('why' in after) return after;
  const written = trainedProfiles(before, after);
  return 'why' in written || written.size > 0 ? written : { why: `the training left no ${train.outputs.join(', ')}: a program that ends by a signal or by os.Exit writes none, nor does one that another compiler has built` };
}

function shown(paths: readonly string[]): string {
  return paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ');
}
