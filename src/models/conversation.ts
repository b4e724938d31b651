import type { ArtifactRef } from '../core/artifact.js';
import type { ModelChoice } from '../core/config/models.js';
import type { TalkSpend } from '../core/model-talk.js';
import type { ArtifactStore } from '../store/artifacts.js';
import { Caller } from './caller.js';
import { Dialog, type DialogTool } from './dialog.js';
import { keyOf } from './key.js';
import { Ledger, type SpendLimits } from './ledger.js';
import { promptNames, rendered, versionsOf } from './prompts.js';
import { providerOf } from './providers/registry.js';
import type { Redactor } from './redact.js';
import { redactedTurns } from './redact-turns.js';
import { Results } from './results.js';
import { usualRetries, type RetryPolicy } from './retry.js';
import { TrafficJournal, type Given, type Replay } from './traffic.js';

/** So long nothing may arrive of an answer. Reasoning of some models is silent for minutes. */
const stallMs = 300_000;

export interface ConversationSettings {
  /** Names it in recorded traffic: the same in every run of the same plan. */
  name: string;
  choice: ModelChoice;
  env: NodeJS.ProcessEnv;
  artifacts: ArtifactStore;
  redactor: Redactor;
  tools: DialogTool[];
  /** Tools by which it runs something; what they say comes out otherwise each time, and is kept. Absent: it can run nothing. */
  running?: (once: Once) => DialogTool[];
  files: { /** Of its answers. */ journal: string; /** Of all that the run spends. */ ledger: string };
  limits: SpendLimits;
  /** Recorded traffic that answers in place of the provider. */
  replay: Replay | null;
  signal: AbortSignal;
  onDoing?: (text: string) => void;
  retries?: RetryPolicy;
}

/** What an earlier attempt, or the recording, was told under a name; else what is made now, which is kept before anybody reads it. */
export type Once = (name: string, make: () => Promise<string>) => Promise<string>;

export interface Conversation {
  dialog: Dialog;
  results: Results;
  /** What it begins with: what an earlier attempt or the recording began with, else what is made now. */
  given: (make: () => Promise<Given>) => Promise<Given>;
  /** So far. */
  spent: () => TalkSpend;
  /** Keeps what was said. */
  end: () => Promise<{ transcript: ArtifactRef; traffic: ArtifactRef; spent: TalkSpend }>;
}

/** A conversation with everything that it needs. Throws PL_MODEL_KEY and PL_MODEL_PRICE before anything is asked. */
export async function openConversation(settings: ConversationSettings): Promise<Conversation> {
  const { name, choice, env, artifacts, redactor, tools, running, files, limits, replay, signal, onDoing, retries = usualRetries } = settings;
  const provider = (): ReturnType<typeof providerOf> => providerOf(choice.provider, { model: choice.model, baseUrl: choice.base_url ?? null, key: keyOf(choice, env), temperature: choice.temperature ?? null, timeoutMs: choice.timeout, stallMs: Math.min(stallMs, choice.timeout) });
  const source = replay === null ? { kind: 'live' as const, provider: provider() } : { kind: 'replay' as const, replay };
  const journal = await TrafficJournal.open(files.journal);
  const caller = new Caller({ conversation: name, choice, source, journal, ledger: await Ledger.of(files.ledger), limits, redactor, retries, signal, ...(onDoing === undefined ? {} : { onDoing }) });
  const results = new Results(async (text) => await artifacts.put('text', redactor.text(text)));
  const once: Once = async (told, make) => {
    const before = journal.told(name, told);
    if (before !== undefined) return before;
    const now = replay?.told(name, told) ?? redactor.text(await make());
    await journal.append({ v: 1, conversation: name, name: told, told: now });
    return now;
  };
  const offered = [...tools, ...(running?.(once) ?? [])];
  const dialog = new Dialog({ caller, system: rendered('system', { running: running === undefined ? 'cannot run anything' : 'can run nothing but what the sandbox_ tools run' }), tools: offered.map((tool) => ({ ...tool, run: async (input, end) => redactor.text(await tool.run(input, end)) })), results, bounds: choice.bounds, context: choice.context, maxTokens: choice.max_tokens, signal, began: await journal.begin(name, Date.now()) });
  return {
    dialog,
    results,
    given: async (make) => {
      const before = journal.given(name);
      if (before !== undefined) return before;
      const given = replay?.given(name) ?? redactor.json(await make());
      await journal.append({ v: 1, conversation: name, given });
      return given;
    },
    spent: () => ({ ...caller.spent }),
    end: async () => {
      const spent = { ...caller.spent };
      const transcript = { v: 1, conversation: name, provider: choice.provider, model: choice.model, prompts: versionsOf(promptNames), spent, results: results.artifacts, turns: redactedTurns(dialog.transcript, redactor) };
      return { transcript: await artifacts.put('json', JSON.stringify(transcript)), traffic: await artifacts.put('text', journal.text()), spent };
    },
  };
}
