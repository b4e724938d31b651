import type { ArtifactRef } from '../core/artifact.js';
import { shuffled, survivors, type Gains, type HalvingPlan } from '../core/knobs/halving.js';
import type { KnobRecord } from '../core/knobs/search.js';
import type { Scope, WorktreeRef } from '../core/run/contracts.js';
import { needsWarmUp, type Noise } from '../core/verdict/noise.js';
import type { Rule } from '../core/verdict/rule.js';
import type { HostHandle } from './host-session.js';
import type { BuiltArm } from './knob-builds.js';
import { warn, type Phases } from './phases.js';
import { unlessStopped } from './unless-stopped.js';

interface Search {
  on: HostHandle;
  scope: Scope;
  rule: Rule;
  noise: Noise;
  champion: WorktreeRef;
  /** A second worktree of the champion. */
  control: WorktreeRef;
  arms: readonly BuiltArm[];
  plan: HalvingPlan;
  /** Workflow time, milliseconds since the epoch. */
  deadline: number;
}

export interface Searched {
  /** Those of the last rung, best first. */
  left: BuiltArm[];
  /** A stop or the deadline ended it before all of its rungs had their pairs. */
  cut: boolean;
  /** All pairs of each setting. */
  gains: Record<string, number[]>;
  /** Those of the last rung. */
  last: Gains;
  control: number[];
  rungs: KnobRecord['rungs'];
  /** Whose samples failed. */
  out: KnobRecord['left'];
  samples: ArtifactRef[];
  /** Executions of the benchmark. */
  spent: number;
}

/** Of the control, which no setting is called. */
const controlId = '';

/** Samples rung by rung, the better half of the settings in each next one. A stop, a pause or the end of its time ends it between settings. */
export async function searchRungs({ input, model, control }: Phases, { on, scope, rule, noise, champion, control: again, arms, plan, deadline }: Search): Promise<Searched> {
  const found: Searched = { left: [...arms], cut: true, gains: {}, last: {}, control: [], rungs: [], out: [], samples: [], spent: 0 };
  let pairs = 0;
  for (const [at, rung] of plan.rungs.entries()) {
    await control.whilePaused();
    const going = at === 0 ? found.left : survivors(found.left, found.gains, rung.arms);
    if (model.stopping || going.length === 0) break;
    const had = pairs;
    pairs += rung.pairs;
    control.enter('optimize', `sampling knobs, rung ${at + 1} of ${plan.rungs.length}: ${going.length} ${going.length === 1 ? 'setting' : 'settings'}, ${pairs} pairs each`);
    const order = shuffled([{ id: controlId, trial: `${scope.trial}-control`, b: again, set: {} }, ...going.map(({ id, trial, b, set }) => ({ id, trial, b, set }))], `${input.run} ${model.status.round} ${at}`);
    const warmth = needsWarmUp(noise) ? {} : { coldIsAsFast: true as const };
    const sampled = await unlessStopped(model, () => on.bench('sampleKnobs', `rung ${at + 1} of ${plan.rungs.length}`, { ...scope, target: input.target, config: input.config, lease: on.lease, rule, a: champion, arms: order, pairs, had, deadline, ...warmth }));
    if (sampled === null) break;
    found.spent += sampled.spent;
    found.samples.push(sampled.samples);
    found.out.push(...sampled.failed);
    found.rungs.push({ arms: going.map(({ id }) => id), pairs });
    const { [controlId]: ofControl = [], ...gains } = sampled.gains;
    found.control = ofControl.length > found.control.length ? ofControl : found.control;
    found.last = Object.fromEntries(Object.entries(gains).map(([id, all]) => [id, all.slice(found.gains[id]?.length ?? 0)]));
    found.gains = { ...found.gains, ...gains };
    found.left = going.filter(({ id }) => gains[id] !== undefined);
    found.cut = sampled.late || at < plan.rungs.length - 1;
    if (!sampled.late) continue;
    warn(model, `Knobs: the search of round ${model.status.round} ended in rung ${at + 1} of ${plan.rungs.length}, when its part of the run's time was used (propose.knobs.share).`);
    break;
  }
  found.left = survivors(found.left, found.gains, found.left.length);
  return found;
}
