import type { ArtifactRef } from '../core/artifact.js';
import type { RunInput } from '../core/inputs.js';
import type { ModelTalk } from '../core/model-talk.js';
import { endsOptimize } from './ends-optimize.js';
import { describeFailure } from './failures.js';
import { keepTalk } from './keep-talk.js';
import { warn, type Phases } from './phases.js';
import { unlessStopped } from './unless-stopped.js';

/**
 * Asks the model that the config names for a phase. Null where it names none, where a person stopped the run, and where the
 * model failed: then a warning says why, and the phase has what it has without it.
 */
export async function askedModel<T extends { talk: ModelTalk }>({ input, model, control }: Phases, phase: 'analyze' | 'learn', ask: (name: string) => Promise<T>): Promise<T | null> {
  const name = input.config.phases?.[phase]?.model;
  if (name === undefined || model.stopping) return null;
  control.enter(phase, `${name} looks at it`);
  try {
    const answer = await unlessStopped(model, () => ask(name));
    if (answer === null) return null;
    keepTalk(model, answer.talk, { position: -1, candidates: null, about: `in ${phase}` });
    return answer;
  } catch (error) {
    if (endsOptimize(error)) throw error;
    const { code, message } = describeFailure(error);
    warn(model, `${name} said nothing in ${phase}: ${message} (${code})`);
    return null;
  }
}

export function replayOf({ replay }: RunInput): { replay?: ArtifactRef } {
  return replay === undefined ? {} : { replay };
}
