import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelPhase } from '../../core/config/models-schema.js';
import { keyNames, modelFor, type ModelChoice } from '../../core/config/models.js';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { TalkSpend } from '../../core/model-talk.js';
import { openConversation, type Conversation, type ConversationSettings } from '../../models/conversation.js';
import { redactorOf, type Redactor } from '../../models/redact.js';
import { redactedError } from '../../models/redacted-error.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import type { CliContext } from '../context.js';
import { doingLine } from './doing.js';

/** Conversations of one command with models, in this process: they share one budget and one folder of logs. */
export interface Asking {
  redactor: Redactor;
  /** `name`: what it is about, unique in the command. Throws PL_MODEL_KEY and PL_MODEL_PRICE before anything is asked. */
  converse: (choice: ModelChoice, name: string, tools: ConversationSettings['tools']) => Promise<Conversation>;
  /** Of all conversations that were begun; null where there was none. */
  spent: () => TalkSpend | null;
  /** Where answers and costs are kept. */
  folder: string;
}

/** Gives `use` the means to ask models; Ctrl-C ends what is under way. No key is in what it throws. */
export async function withModels<T>(context: CliContext, { config, verb }: { config: Config; verb: string }, use: (asking: Asking) => Promise<T>): Promise<T> {
  const redactor = redactorOf(context.env, keyNames(config));
  const folder = join(context.home.logs, `${verb}-${randomBytes(6).toString('hex')}`);
  const begun: Conversation[] = [];
  const line = doingLine(context);
  const cancelled = new AbortController();
  const cancel = (): void => cancelled.abort();
  process.once('SIGINT', cancel);
  const converse: Asking['converse'] = async (choice, name, tools) => {
    await mkdir(folder, { recursive: true });
    const conversation = await openConversation({
      name: `${verb}/${name}`, choice, env: context.env, artifacts: artifactsOf(context.home), redactor, tools, replay: null,
      files: { journal: join(folder, `${name}.jsonl`), ledger: join(folder, 'spending.jsonl') },
      limits: { tokens: config.budget.tokens, money: config.budget.money ?? null },
      signal: cancelled.signal,
      onDoing: (text) => line.show(text),
    });
    begun.push(conversation);
    return conversation;
  };
  try {
    return await use({ redactor, converse, folder, spent: () => (begun.length === 0 ? null : begun.map(({ spent }) => spent()).reduce(sum)) });
  } catch (error) {
    if (cancelled.signal.aborted) throw new PerfloopError('PL_INTERRUPTED', 'interrupted while a model was asked', { where: folder, fix: 'What it answered until then is in that folder.' });
    throw redactedError(error, redactor);
  } finally {
    line.close();
    process.off('SIGINT', cancel);
  }
}

/** The model that was named on the command line, as the phase uses it. Throws PL_MODEL_UNKNOWN. */
export function chosenModel(config: Config, name: string, phase: ModelPhase, where: string): ModelChoice {
  const choice = modelFor(config, name, phase);
  if (choice !== null) return choice;
  const known = Object.keys(config.models);
  throw new PerfloopError('PL_MODEL_UNKNOWN', `There is no model ${name}.`, { where, fix: `Add [models.${name}] to a config and name it with --config FILE (docs/models.md)${known.length === 0 ? '' : `, or name ${known.join(' or ')}`}.` });
}

function sum(one: TalkSpend, other: TalkSpend): TalkSpend {
  return { calls: one.calls + other.calls, tokens: one.tokens + other.tokens, money: one.money === null || other.money === null ? null : one.money + other.money };
}
