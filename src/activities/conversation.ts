import { join } from 'node:path';
import type { ArtifactRef } from '../core/artifact.js';
import { keyNames, modelFor, type AskedIn, type ModelChoice } from '../core/config/models.js';
import type { Config } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { Scope } from '../core/run/contracts.js';
import { openConversation, type Conversation, type ConversationSettings } from '../models/conversation.js';
import type { DialogTool } from '../models/dialog.js';
import { redactorOf, type Redactor } from '../models/redact.js';
import { redactedError } from '../models/redacted-error.js';
import { Replay } from '../models/traffic.js';
import type { Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { logPath } from './ground.js';

/** What every activity that talks with a model is told. */
export interface TalkInput extends Scope {
  config: Config;
  /** Its name in the config. */
  model: string;
  /** Recorded traffic that answers in its place. */
  replay?: ArtifactRef;
}

export interface Talking {
  choice: ModelChoice;
  redactor: Redactor;
  /** `about`: names the conversation within the scope. Each of its answers is paid for once, also when the worker dies. */
  open: (about: string, tools: DialogTool[], running?: ConversationSettings['running']) => Promise<Conversation>;
}

/** Lets `use` talk with a model within the budget of the run. No key is in what it throws. Throws PL_MODEL_UNKNOWN. */
export async function withModel<T>(deps: Dependencies, input: TalkInput, phase: AskedIn, attempt: Attempt, use: (talking: Talking) => Promise<T>): Promise<T> {
  const { config, model, run, trial } = input;
  const redactor = redactorOf(deps.env, keyNames(config));
  const choice = modelFor(config, model, phase);
  if (choice === null) throw new PerfloopError('PL_MODEL_UNKNOWN', `There is no model ${model}.`, { where: phase === 'optimize' ? 'propose.models' : phase === 'decide' ? 'steps: explain' : `phases.${phase}.model`, fix: `Add [models.${model}] to perfloop.toml.` });
  try {
    return await use({
      choice,
      redactor,
      open: async (about, tools, running) => {
        const name = `${model.replaceAll(/[^\w.-]/g, '_')}-${about}`;
        return await openConversation({
          name: `${trial}/${name}`, choice, env: deps.env, artifacts: deps.artifacts, redactor, tools, ...(running === undefined ? {} : { running }),
          replay: input.replay === undefined ? null : new Replay((await deps.artifacts.get(input.replay)).toString('utf8'), '--replay'),
          files: { journal: await logPath(deps, input, `model-${name}.jsonl`), ledger: join(deps.home.logs, run, 'spending.jsonl') },
          limits: { tokens: config.budget.tokens, money: config.budget.money ?? null },
          signal: attempt.signal,
          onDoing: (text) => attempt.report({ doing: text }),
        });
      },
    });
  } catch (error) {
    throw attempt.signal.aborted ? error : redactedError(error, redactor);
  }
}
