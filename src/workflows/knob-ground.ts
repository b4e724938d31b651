import type { Scope, WorktreeRef } from '../core/run/contracts.js';
import type { CommitRef } from '../core/target.js';
import type { Noise } from '../core/verdict/noise.js';
import { ruleFrom, type Rule } from '../core/verdict/rule.js';
import { readyWorktrees } from './ground.js';
import type { HostHandle } from './host-session.js';
import { noiseOnHost } from './noise.js';
import type { Phases } from './phases.js';

/** What settings of knobs are measured against: the champion in two worktrees, built, and the noise of the benchmark on this host. */
export interface ChampionPair {
  on: HostHandle;
  scope: Scope;
  champion: WorktreeRef;
  control: WorktreeRef;
  /** Where the champion's is. */
  wanted: { key: string; commit: CommitRef };
  noise: Noise;
  rule: Rule;
  /** Of the worktrees that are removed at the end; the work may add to them. */
  keys: string[];
}

/** Runs work with two worktrees of the champion, and removes them and those that the work opened. */
export async function withChampionPair<T>({ input, model, control }: Phases, on: HostHandle, scope: Scope, work: (pair: ChampionPair) => Promise<T>): Promise<T> {
  const champion = { key: `${input.run}/${scope.trial}/champion`, commit: model.champion };
  const again = { key: `${input.run}/${scope.trial}/control`, commit: model.champion };
  return on.withWorktrees({ ...scope, target: input.target, keys: [champion.key, again.key] }, async (keys) => {
    control.enter('optimize', 'building the champion for a search of knobs');
    const [a, b] = await readyWorktrees(on, input, scope, [champion, again], { cacheBuild: true, code: 'PL_CHAMPION_RED' });
    if (a === undefined || b === undefined) throw new Error('two worktrees were asked for');
    const noise = model.noise !== null && model.noise.host === on.lease.host ? model.noise : (await noiseOnHost(on, { ...input, trial: scope.trial }, [{ a, b }])).noise;
    return work({ on, scope, champion: a, control: b, wanted: champion, noise, rule: ruleFrom(input.config, noise, false), keys });
  });
}
