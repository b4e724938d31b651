import type { KnobArm, KnobRecord } from '../core/knobs/search.js';
import type { Scope, WorktreeRef } from '../core/run/contracts.js';
import type { CommitRef } from '../core/target.js';
import type { HostHandle } from './host-session.js';
import { warn, type Phases } from './phases.js';

/** A setting that can be sampled: a patch in a worktree of its own, a setting of the environment in the control's. */
export interface BuiltArm extends KnobArm {
  b: WorktreeRef;
  /** Of its journal. */
  trial: string;
}

interface Wanted {
  on: HostHandle;
  scope: Scope;
  champion: { key: string; commit: CommitRef };
  /** A second worktree of the champion, built. */
  control: WorktreeRef;
  arms: readonly KnobArm[];
  /** Notes the key of a worktree that is to be removed at the end. */
  opened: (key: string) => void;
  /** Workflow time, milliseconds since the epoch. */
  deadline: number;
}

/** Applies, sets up and builds every setting. One that does not apply or build is out, with the reason; the search goes on. After a stop or the deadline nothing more is built. */
export async function buildArms(phases: Phases, wanted: Wanted): Promise<{ arms: BuiltArm[]; left: KnobRecord['left'] }> {
  const { control } = phases;
  const built: BuiltArm[] = [];
  const left: KnobRecord['left'] = [];
  for (const [at, arm] of wanted.arms.entries()) {
    await control.whilePaused();
    if (phases.model.stopping) break;
    if (Date.now() > wanted.deadline) {
      warn(phases.model, `Knobs: only ${at} of ${wanted.arms.length} settings were built, since the search's part of the run's time is used (propose.knobs.share).`);
      break;
    }
    control.enter('optimize', `building setting ${at + 1} of ${wanted.arms.length} of knobs: ${arm.id}`);
    const trial = `${wanted.scope.trial}-${at + 1}`;
    const b = arm.candidate === null ? wanted.control : await buildPatch(phases, wanted, trial, arm);
    if (typeof b === 'string') left.push({ id: arm.id, why: b });
    else built.push({ ...arm, b, trial });
  }
  return { arms: built, left };
}

/** Its worktree, or why there is none. */
async function buildPatch({ input, model }: Phases, { on, champion, opened }: Wanted, trial: string, { id, candidate }: KnobArm): Promise<WorktreeRef | string> {
  const { target, config, run } = input;
  if (candidate === null) throw new Error(`${id} is no patch`);
  const scope: Scope = { v: 1, run, trial };
  const applied = await on.host('applyCandidate', `apply ${id}`, { ...scope, target, config, champion: model.champion, candidate });
  if (applied.kind === 'refused') return applied.verdict.reasons.map(({ text }) => text).join(' ');
  const key = `${run}/${trial}/b`;
  opened(key);
  // With the champion's, which is open: commands see both at one and the same place.
  const [, worktree] = await on.host('openWorktrees', `worktree of ${id}`, { ...scope, target, config, worktrees: [champion, { key, commit: applied.commit }] });
  if (worktree === undefined) throw new Error('two worktrees were asked for');
  for (const [role, command] of [['setup', config.target.setup], ['build', config.commands.build]] as const) {
    if (command === undefined) continue;
    const outcome = await on.host('runCommand', `${role} ${id}`, { ...scope, target, config, worktree, role, command, cache: true });
    if (!outcome.ok) return `the ${role} command fails with it: ${outcome.problem}`;
  }
  return worktree;
}
