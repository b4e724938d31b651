import type { ChatCompletionChunk, ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { estimateTokens, type Usage } from '../usage.js';
import { failureOf, ModelFailure } from './failure.js';
import { guarded } from './guarded.js';
import { openaiClient } from './openai-client.js';
import type { ModelAnswer, ModelRequest, Provider, ProviderSettings, ToolCall, Turn } from './provider.js';

/** Chat completions: OpenAI's, and what vLLM, llama.cpp, Ollama and most gateways speak. */
export function openaiChat(settings: ProviderSettings): Provider {
  return {
    async ask(request, { signal, onProgress }) {
      const client = await openaiClient(settings);
      const body = bodyOf(settings, request);
      return guarded({ ...settings, signal, onProgress, maxTokens: request.maxTokens }, async (both, arrived) => {
        const gathered = new Gathered();
        try {
          for await (const chunk of await client.chat.completions.create(body, { signal: both })) arrived(gathered.take(chunk));
        } catch (error) {
          throw failureOf(error, gathered.spent(body));
        }
        return gathered.answer(body);
      });
    },
  };
}

function bodyOf({ model, baseUrl, temperature }: ProviderSettings, { system, turns, tools, maxTokens }: ModelRequest): ChatCompletionCreateParamsStreaming {
  return {
    model,
    messages: [{ role: 'system', content: system }, ...turns.flatMap(messagesOf)],
    ...(tools.length === 0 ? {} : { tools: tools.map(({ name, description, input }) => ({ type: 'function' as const, function: { name, description, parameters: input } })) }),
    // OpenAI's newer models refuse the old name; most other servers know only that.
    ...(baseUrl === null ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
    ...(temperature === null ? {} : { temperature }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

function messagesOf(turn: Turn): ChatCompletionMessageParam[] {
  if (turn.role === 'user') return [{ role: 'user', content: turn.text }];
  if (turn.role === 'tools') return turn.results.map(({ id, text }) => ({ role: 'tool', tool_call_id: id, content: text }));
  const calls = turn.calls.map(({ id, name, input }) => ({ id, type: 'function' as const, function: { name, arguments: input } }));
  return [{ role: 'assistant', content: turn.text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
}

/** The pieces of a stream, put together. */
class Gathered {
  #text = '';
  #refusal = '';
  readonly #calls: ToolCall[] = [];
  /** The call that goes on at an index; -1 where a server sends none. */
  readonly #open = new Map<number, ToolCall>();
  #finish: string | null = null;
  #usage: Usage | null = null;

  /** Gives the characters that came. */
  take({ choices, usage }: ChatCompletionChunk): number {
    if (usage != null) {
      const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
      this.#usage = { input: usage.prompt_tokens - cached, cached, written: 0, output: usage.completion_tokens };
    }
    const [choice] = choices;
    if (choice === undefined) return 0;
    const { delta, finish_reason: finish } = choice;
    this.#text += delta.content ?? '';
    this.#refusal += delta.refusal ?? '';
    this.#finish = finish ?? this.#finish;
    let characters = (delta.content ?? '').length + (delta.refusal ?? '').length;
    for (const { index, id, function: called } of delta.tool_calls ?? []) {
      const call = this.#callOf(index, id, called?.name);
      call.id ||= id ?? '';
      call.name ||= called?.name ?? '';
      call.input += called?.arguments ?? '';
      characters += (called?.arguments ?? '').length;
    }
    return characters;
  }

  /** Some servers send no index, or 0 for every call: then a new id begins one, and a name does where nothing else tells. */
  #callOf(index: number | undefined, id: string | undefined, name: string | undefined): ToolCall {
    const open = this.#open.get(index ?? -1);
    const begins = open === undefined || (id !== undefined && id !== '' && open.id !== '' && id !== open.id) || (index === undefined && !id && name !== undefined && name !== '');
    const known = begins && id ? this.#calls.find((call) => call.id === id) : open;
    const call = known ?? { id: '', name: '', input: '' };
    if (known === undefined) this.#calls.push(call);
    this.#open.set(index ?? -1, call);
    return call;
  }

  /** What a call that broke off has cost; undefined where nothing came. */
  spent(body: object): Usage | undefined {
    if (this.#usage !== null) return this.#usage;
    return this.#written() === '' ? undefined : this.#estimate(body);
  }

  answer(body: object): ModelAnswer {
    if (this.#finish === null) throw new ModelFailure('cut', 'the answer ended before its end', { spent: this.spent(body) });
    const calls = this.#calls.map((call, index) => ({ ...call, id: call.id || `call_${index}` }));
    const declined = this.#refusal !== '' || this.#finish === 'content_filter';
    const stop = declined ? 'refusal' : this.#finish === 'length' ? 'length' : calls.length > 0 ? 'tools' : 'end';
    return { text: this.#text || this.#refusal, calls, stop, usage: this.#usage ?? this.#estimate(body), ...(this.#usage === null ? { estimated: true } : {}) };
  }

  #written(): string {
    return `${this.#text}${this.#refusal}${this.#calls.map(({ input }) => input).join('')}`;
  }

  #estimate(body: object): Usage {
    return { input: estimateTokens(JSON.stringify(body)), cached: 0, written: 0, output: estimateTokens(this.#written()) };
  }
}
