import type { ArtifactRef } from '../core/artifact.js';
import { knobSearchOf } from '../core/config/knob-search.js';
import type { HostActivities, WorktreeRef } from '../core/run/contracts.js';
import { refusal } from './failures.js';
import type { HostHandle } from './host-session.js';
import { askedModel, replayOf } from './phase-models.js';
import { championWorktree, scopeOf, scopeOfPhase, type Phases } from './phases.js';

/** Turns the profile into findings: by the rules, and by a model where the config names one for this phase. */
export async function analyze(phases: Phases): Promise<void> {
  const { input, model, control, session } = phases;
  const from = model.profile;
  // Knobs are turned without a profile.
  if (from === null && knobSearchOf(input.config) !== null) return;
  if (from === null) throw refusal('PL_NO_PROFILE', 'the analyze step has no profile to work on', { where: '[[steps]]', fix: 'Enable the profile step before it.' });
  await session.onHost(async (on) => {
    control.enter('analyze', 'looking for what is hot');
    const worktree = await championWorktree(on, phases);
    const rules = await on.host('analyze', 'findings', { ...scopeOfPhase(phases, 'analyze'), target: input.target, config: input.config, worktree, profile: from, survey: model.survey });
    const found = rules.analysis === undefined ? rules : ((await byModel(phases, on, { worktree, profile: from, findings: rules.findings, analysis: rules.analysis })) ?? rules);
    model.findings = found.findings;
    model.status.findings = found.count;
    model.status.evidence?.findings.push(found.findings);
    if (model.status.evidence !== undefined && found.analysis !== undefined) model.status.evidence.analyses = [...(model.status.evidence.analyses ?? []), found.analysis];
  });
}

interface Found {
  worktree: WorktreeRef;
  profile: ArtifactRef;
  findings: ArtifactRef;
  analysis: ArtifactRef;
}

async function byModel(phases: Phases, on: HostHandle, found: Found): Promise<Awaited<ReturnType<HostActivities['analyzeByModel']>> | null> {
  const { input, model } = phases;
  const { config, target } = input;
  return askedModel(phases, 'analyze', (name) => on.host('analyzeByModel', `${name} on the profile`, { ...scopeOf(input, `analyze-${model.status.round}`), target, config, model: name, ...found, ...replayOf(input) }));
}
