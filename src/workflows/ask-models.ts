import type { ArtifactRef } from '../core/artifact.js';
import { patched } from '@temporalio/workflow';
import { proposingModels } from '../core/config/proposing-models.js';
import { talkHeld, type EarlierAttempt } from '../core/model-talk.js';
import type { RunModel } from '../core/run/model.js';
import { endsOptimize } from './ends-optimize.js';
import { describeFailure } from './failures.js';
import { keepTalk } from './keep-talk.js';
import { replayOf } from './phase-models.js';
import { scopeOf, warn, type Phases } from './phases.js';
import type { ProposalGround, ProposalSource } from './proposals.js';
import { unlessStopped } from './unless-stopped.js';

/** Conversations of one model that go on at once. */
const lanes = 2;
/** Findings talked about where the config says nothing. */
const usualFindings = 5;
/** Earlier attempts that a prompt tells of, the latest ones. */
const mostAttempts = 20;
const longestWhy = 300;

/**
 * Each model that the config names, as a proposer: one conversation for each of the first findings.
 *
 * @param onFound called with what a conversation came to as soon as it ended; all of it is given at the end, too
 */
export function modelSources(phases: Phases, ground: ProposalGround, onFound: (candidates: ArtifactRef) => void = () => {}): ProposalSource[] {
  return proposingModels(phases.input.config).map((model) => ({ name: model, propose: async () => await askAbout(phases, ground, model, onFound) }));
}

/** The first failure ends the model's part: the next conversation would mostly end the same way. */
async function askAbout(phases: Phases, { on, worktree, findings }: ProposalGround, name: string, onFound: (candidates: ArtifactRef) => void): Promise<ArtifactRef[]> {
  const { input, model } = phases;
  const { config, target } = input;
  const most = Math.min(model.status.findings, config.phases?.optimize?.findings ?? usualFindings);
  const attempts = attemptsOf(model);
  const found: ArtifactRef[] = [];
  const keep = (candidates: ArtifactRef | null): void => {
    if (candidates === null) return;
    found.push(candidates);
    onFound(candidates);
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < most && !model.stopping) {
      const position = next;
      next += 1;
      const place = { round: model.status.round, position };
      // The proposals begin again when their host is lost: what was asked before that was paid for.
      const held = talkHeld(model.status.models, name, place);
      if (held?.candidates !== undefined && patched('talks-held-once')) {
        keep(held.candidates);
        continue;
      }
      const asked = await unlessStopped(model, () => on.host('askModel', `${name} on finding ${position + 1}`, { ...scopeOf(input, `optimize-${model.status.round}`), target, config, worktree, findings, position, model: name, profile: model.profile, attempts, ...(model.notes === undefined ? {} : { notes: model.notes }), ...(model.tests === undefined || (config.phases?.optimize?.sandbox_runs ?? 0) === 0 ? {} : { tests: model.tests }), ...replayOf(input) }));
      if (asked === null) {
        next = most;
        continue;
      }
      const { talk, candidates } = asked;
      keepTalk(model, talk, { position, candidates, about: `on ${talk.title}` });
      keep(candidates);
    }
  };
  const failed = (await Promise.allSettled(Array.from({ length: lanes }, lane))).flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  const [first] = failed;
  if (failed.length > 0) {
    // What it proposed before it failed still counts.
    if (found.length === 0 || failed.some(endsOptimize)) throw failed.find(endsOptimize) ?? first;
    const { code, message } = describeFailure(first);
    warn(model, `${name} ended early: ${message} (${code})`);
  }
  return found;
}

function attemptsOf({ status }: RunModel): EarlierAttempt[] {
  return status.trials.slice(-mostAttempts).flatMap(({ candidate, verdict }) => {
    if (verdict === null) return [];
    const why = verdict.reasons.map(({ text }) => text).join(' ');
    return [{ title: candidate.title, outcome: verdict.kind, why: why.length > longestWhy ? `${why.slice(0, longestWhy)}…` : why }];
  });
}
