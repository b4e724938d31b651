import { performance } from 'node:perf_hooks';
import { keysOfBuild } from '../core/run/build-keys.js';
import type { CommandOutcome, HostActivities, Sides, WorktreeRef } from '../core/run/contracts.js';
import type { BuildingProgress } from '../core/status.js';
import { activity, type Attempt } from './activity.js';
import { commandIn } from './commands.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf } from './ground.js';
import { openTogether } from './worktrees.js';
import { writtenByCandidate } from './written-by-candidate.js';

type Input = Parameters<HostActivities['buildSides']>[0];

/** Fresh builds of both sides, one after the other, so that a build has the machine to itself. */
export function buildSidesActivity(deps: Dependencies): HostActivities['buildSides'] {
  return activity(async (input, attempt) => {
    const { a, b, purpose, from, to, stage } = input;
    const repository = await repositoryOf(deps, input.target);
    for (const commit of [a, b]) await repository.ensureCommit(commit);
    const builds: Sides[] = [];
    const took: Took[] = [];
    for (let build = from; build < to; build++) {
      const progress: BuildingProgress = { doing: 'building', stage, build: build + 1, of: to };
      attempt.report(progress);
      const began = performance.now();
      const keys = keysOfBuild(input, purpose, build);
      const [champion, candidate] = await openTogether(deps, input, repository, [{ key: keys.a, commit: a }, { key: keys.b, commit: b }]);
      if (champion === undefined || candidate === undefined) throw new Error('two worktrees were asked for');
      const openedMs = (performance.now() - began) / 2;
      const quiet: Attempt = { signal: attempt.signal, report: () => attempt.report(progress) };
      // The champion first: its failure is not the candidate's fault.
      let ofChampion: string[] = [];
      for (const [side, worktree] of [['a', champion], ['b', candidate]] as const) {
        const made = await make(deps, input, worktree, quiet);
        if ('role' in made) return { kind: 'failed', side, ...made };
        const { written, ...times } = made;
        const tampered = side === 'a' ? null : writtenByCandidate({ a: ofChampion, b: written }, 'the build');
        if (tampered !== null) return { kind: 'failed', side, role: 'build', outcome: tampered };
        ofChampion = written;
        took.push({ openedMs, ...times });
      }
      builds.push({ a: champion, b: candidate });
    }
    return { kind: 'built', builds, seconds: secondsEach(took) };
  });
}

/** Milliseconds; undefined where it was there already. */
interface Took {
  openedMs: number;
  setupMs: number | undefined;
  buildMs: number | undefined;
}

async function make(deps: Dependencies, input: Input, worktree: WorktreeRef, attempt: Attempt): Promise<(Omit<Took, 'openedMs'> & { written: string[] }) | { role: 'setup' | 'build'; outcome: CommandOutcome }> {
  const { target, config } = input;
  const took = { setupMs: 0 as number | undefined, buildMs: 0 as number | undefined, written: [] as string[] };
  for (const [role, command] of [['setup', config.target.setup], ['build', config.commands.build]] as const) {
    if (command === undefined) continue;
    const outcome = await commandIn(deps, { v: 1, run: input.run, trial: input.trial, target, config, worktree, role, command, cache: role === 'setup' || input.cache }, attempt);
    if (!outcome.ok) return { role, outcome };
    took[`${role}Ms`] = outcome.tookMs;
    took.written.push(...(outcome.written ?? []));
  }
  return took;
}

/** The quickest of each part: the first set-up may have run its command, and a first checkout finds a cold disk. */
function secondsEach(took: readonly Took[]): number | null {
  const least = (of: (one: Took) => number | undefined): number => Math.min(...took.map(of).filter((ms) => ms !== undefined));
  const ms = least(({ openedMs }) => openedMs) + least(({ setupMs }) => setupMs) + least(({ buildMs }) => buildMs);
  return Number.isFinite(ms) ? Number((ms / 1000).toPrecision(3)) : null;
}
