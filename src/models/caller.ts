import type { ModelChoice } from '../core/config/models.js';
import { PerfloopError, type ErrorCode } from '../core/errors.js';
import type { Ledger, Spend, SpendLimits } from './ledger.js';
import { costOf, priceOf, type Price } from './prices.js';
import { ModelFailure, type FailureKind } from './providers/failure.js';
import type { ModelAnswer, ModelRequest, Provider } from './providers/provider.js';
import type { Redactor } from './redact.js';
import { redactedCalls, redactedTurns } from './redact-turns.js';
import { withRetries, type RetryPolicy } from './retry.js';
import { requestKey, type Replay, type TrafficJournal } from './traffic.js';
import { estimateTokens, totalTokens, type Usage } from './usage.js';

export interface CallerSettings {
  /** Names the conversation in the traffic. */
  conversation: string;
  choice: ModelChoice;
  /** Where answers come from: the provider, or what was recorded. */
  source: { kind: 'live'; provider: Provider } | { kind: 'replay'; replay: Replay };
  journal: TrafficJournal;
  ledger: Ledger;
  limits: SpendLimits;
  redactor: Redactor;
  retries: RetryPolicy;
  signal: AbortSignal;
  /** What it is doing, in words, for the live view. */
  onDoing?: (text: string) => void;
}

const codes: Partial<Record<FailureKind, { code: ErrorCode; fix: string }>> = {
  key: { code: 'PL_MODEL_REFUSED_KEY', fix: 'Check the variable that `api_key` names, and the account behind it.' },
  request: { code: 'PL_MODEL_REQUEST', fix: 'Check `model`, `base_url`, `temperature` and `max_tokens` of the model in perfloop.toml.' },
  rate: { code: 'PL_MODEL_RATE', fix: 'Try again later, or with fewer models at once.' },
};

/** Asks one model: each answer is paid for once, journaled before it is used, and counted. */
export class Caller {
  readonly #asked = new Map<string, number>();
  readonly #price: Price | null;
  /** Of this conversation, answers included that an earlier attempt paid for. */
  readonly spent: { calls: number; tokens: number; money: number | null };

  /** Throws PL_MODEL_PRICE where money is limited and nobody knows the price. */
  constructor(private readonly settings: CallerSettings) {
    const { choice, limits, source } = settings;
    this.#price = priceOf(choice.model, choice.prices);
    if (this.#price === null && limits.money !== null && source.kind === 'live') {
      throw new PerfloopError('PL_MODEL_PRICE', `Money is limited, and the price of ${choice.model} is not known.`, { where: `models.${choice.name}`, fix: 'Write it: prices = { input = 1.0, output = 5.0 }, in US dollars for a million tokens.' });
    }
    this.spent = { calls: 0, tokens: 0, money: this.#price === null ? null : 0 };
  }

  /** `signal`: ends this call alone. Throws PL_BUDGET_SPENT before a call that the budget does not hold, PL_MODEL_*, PL_REPLAY_UNKNOWN, or the signal's reason. */
  async ask(request: ModelRequest, signal: AbortSignal = this.settings.signal): Promise<ModelAnswer> {
    const { conversation, choice, journal, source, redactor } = this.settings;
    const clean = { ...redactor.json({ ...request, turns: [] }), turns: redactedTurns(request.turns, redactor) };
    const key = requestKey(choice, clean);
    const ordinal = this.#asked.get(key) ?? 0;
    this.#asked.set(key, ordinal + 1);
    const known = journal.find(key, ordinal);
    if (known !== undefined) return this.#count(known);
    const answer = source.kind === 'replay' ? source.replay.answer(conversation, key, ordinal) : await this.#pay(source.provider, clean, signal, async (paid) => await journal.append({ v: 1, conversation, key, ordinal, model: choice.model, answer: paid }));
    if (source.kind === 'replay') await journal.append({ v: 1, conversation, key, ordinal, model: choice.model, answer });
    return this.#count(answer);
  }

  #count(answer: ModelAnswer): ModelAnswer {
    const { tokens, money } = this.#spendOf(answer.usage);
    this.spent.calls += 1;
    this.spent.tokens += tokens;
    this.spent.money = money === null || this.spent.money === null ? null : this.spent.money + money;
    return answer;
  }

  async #pay(provider: Provider, request: ModelRequest, signal: AbortSignal, keep: (answer: ModelAnswer) => Promise<void>): Promise<ModelAnswer> {
    const { choice, ledger, limits, redactor, retries, onDoing = () => undefined } = this.settings;
    const atMost = this.#atMost(request);
    try {
      return await withRetries(retries, signal, async (attempt) => {
        const reservation = await ledger.begin(choice.name, atMost, limits);
        try {
          onDoing(`waiting for ${choice.name}`);
          const answer = cleaned(await provider.ask(request, { signal, onProgress: (characters) => onDoing(`${choice.name} has written ${characters} characters${attempt > 1 ? ` (try ${attempt})` : ''}`) }), redactor);
          await keep(answer);
          await reservation.settle(this.#spendOf(answer.usage));
          return answer;
        } catch (error) {
          // Of a call that is broken off nobody knows what it cost, unless its stream told: its estimate stands.
          if (error instanceof ModelFailure && error.spent !== undefined) await reservation.settle(this.#spendOf(error.spent));
          else if (error instanceof ModelFailure && error.free) await reservation.settle({ tokens: 0, money: 0 });
          throw error;
        }
      }, (ms, failure) => onDoing(`${choice.name}: ${redactor.text(failure.message).slice(0, 200)}; waiting ${Math.ceil(ms / 1000)} s`));
    } catch (error) {
      throw error instanceof ModelFailure ? this.#told(error) : error;
    }
  }

  /** Without a cause: what the SDK threw holds its request. */
  #told(failure: ModelFailure): PerfloopError {
    const { code, fix } = codes[failure.kind] ?? { code: 'PL_MODEL_FAILED' as const, fix: 'Look whether the provider, or the server behind `base_url`, is up.' };
    return new PerfloopError(code, `${this.settings.choice.name}: ${this.settings.redactor.text(failure.message).slice(0, 500)}`, { where: `models.${this.settings.choice.name}`, fix });
  }

  #atMost({ system, turns, tools, maxTokens }: ModelRequest): Spend {
    // All of it new, and none of it cached: the dearest that it can be.
    const input = estimateTokens(JSON.stringify([system, turns, tools]));
    const price = this.#price;
    const usage: Usage = { input: 0, cached: 0, written: input, output: maxTokens };
    return { tokens: input + maxTokens, money: price === null ? null : Math.max(costOf(usage, price), costOf({ ...usage, input, written: 0 }, price)) };
  }

  #spendOf(usage: Usage): Spend {
    return { tokens: totalTokens(usage), money: this.#price === null ? null : costOf(usage, this.#price) };
  }
}

/** A signed piece that had to be changed is of no use to its provider any more. */
function cleaned(answer: ModelAnswer, redactor: Redactor): ModelAnswer {
  const { raw, ...rest } = answer;
  const cleanRaw = redactor.code(raw);
  return { ...redactor.json({ ...rest, calls: [] }), calls: redactedCalls(rest.calls, redactor), ...(raw === undefined || JSON.stringify(raw) !== JSON.stringify(cleanRaw) ? {} : { raw }) };
}
