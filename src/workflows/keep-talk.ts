import type { ArtifactRef } from '../core/artifact.js';
import { withTalk, type ModelTalk } from '../core/model-talk.js';
import type { RunModel } from '../core/run/model.js';
import { warn } from './phases.js';

/** Keeps what a conversation with a model came to, and says why there is not more. `about`: what it was about, for people. */
export function keepTalk(model: RunModel, talk: ModelTalk, place: { position: number; candidates: ArtifactRef | null; about: string }): void {
  const { position, candidates, about } = place;
  model.status.models = withTalk(model.status.models, { ...talk, asked: { round: model.status.round, position }, candidates });
  if (talk.note !== undefined) warn(model, `${talk.model} ${about}: ${talk.note}`);
}
