import type { CandidateRef } from '../core/candidate.js';
import type { Config } from '../core/config/schema.js';
import type { JudgeInput, RunInput } from '../core/inputs.js';
import { newModel } from '../core/run/model.js';
import { withFlags } from '../core/run/person.js';
import type { RunStatus } from '../core/status.js';
import { RunControl } from './control.js';
import { runTrial } from './execute.js';
import { HostSession } from './host-session.js';
import { scopeOf, warmup, warn } from './phases.js';
import { guarded } from './run.js';

/** One change against its base: the same warm-up, trial and verdict as in a run, without a proposer. */
export async function judge(input: JudgeInput): Promise<RunStatus> {
  const model = newModel(input, 'judge', Date.now());
  const control = new RunControl(model, input.queuePrefix);
  const session = new HostSession(input.queuePrefix, scopeOf(input, 'judge'), input.config.machine.tag, null, (why) => warn(model, `The work began again: ${why}.`));
  // A run that proposes nothing: what a trial needs of its input is the same.
  const asRun: RunInput = { v: 1, run: input.run, target: input.target, config: forOneTrial(input.config), queuePrefix: input.queuePrefix, who: input.who, warnings: [] };
  return guarded({ input: asRun, model, control, session }, async () => {
    control.show();
    await control.record();
    await warmup(asRun, { model, control, session }, false);
    const summary = await runTrial({ input: asRun, model, control, session }, 'candidate', candidateOf(input), 'full');
    if (summary.verdict !== null) summary.verdict = withFlags(input.config.approval.mode, summary.verdict, summary.flags ?? []);
    summary.state = 'decided';
    if (summary.verdict?.kind === 'accepted') {
      model.status.accepted = 1;
      const { ratio, ci95 } = summary.verdict.measured;
      model.status.speedup = { ratio, ci95, final: false };
    }
  });
}

/** One trial and no final measurement: what it will cost is said of that. */
function forOneTrial(config: Config): Config {
  return { ...config, loop: { ...config.loop, candidates_per_round: 1 }, verdict: { ...config.verdict, final_pairs: 0 } };
}

function candidateOf(input: JudgeInput): CandidateRef {
  return {
    id: input.candidate.commit.slice(0, 12),
    proposer: 'judge',
    recipe: null,
    title: input.candidateRevision,
    findingId: null,
    file: '',
    line: 0,
    language: 'other',
    share: null,
    patch: input.patch,
    expected: 0,
  };
}
