import type Anthropic from '@anthropic-ai/sdk';
import type { ContentBlockParam, MessageCreateParamsStreaming, MessageParam, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { PerfloopError } from '../../core/errors.js';
import { noUsage, type Usage } from '../usage.js';
import { failureOf, ModelFailure } from './failure.js';
import { guarded } from './guarded.js';
import type { ModelAnswer, ModelRequest, Provider, ProviderSettings, Turn } from './provider.js';

/** Anthropic's messages. What stays the same from turn to turn is marked for its cache. */
export function anthropic(settings: ProviderSettings): Provider {
  return {
    async ask(request, { signal, onProgress }) {
      const client = await anthropicClient(settings);
      return guarded({ ...settings, signal, onProgress, maxTokens: request.maxTokens }, async (both, arrived) => {
        const gathered = new Gathered();
        try {
          for await (const event of await client.messages.create(bodyOf(settings, request), { signal: both })) arrived(gathered.take(event));
        } catch (error) {
          throw failureOf(error, gathered.spent);
        }
        return gathered.answer();
      });
    },
  };
}

async function anthropicClient({ key, baseUrl }: ProviderSettings): Promise<Anthropic> {
  const { default: Client } = await import('@anthropic-ai/sdk').catch((error: unknown) => {
    throw new PerfloopError('PL_MODEL_SDK', 'The client library of Anthropic is not installed.', { where: '@anthropic-ai/sdk', fix: 'Install perfloop with its optional dependencies: npm install --include=optional', cause: error });
  });
  return new Client({ apiKey: key ?? 'none', authToken: null, baseURL: baseUrl ?? 'https://api.anthropic.com', maxRetries: 0, logLevel: 'off', openTelemetry: false });
}

const marked = { cache_control: { type: 'ephemeral' as const } };

function bodyOf({ model, temperature }: ProviderSettings, { system, turns, tools, maxTokens }: ModelRequest): MessageCreateParamsStreaming {
  const messages = turns.flatMap(messagesOf);
  const last = messages.at(-1)?.content;
  const [end] = Array.isArray(last) ? last.slice(-1) : [];
  if (end !== undefined && (end.type === 'text' || end.type === 'tool_result')) Object.assign(end, marked);
  return {
    model,
    system: [{ type: 'text', text: system, ...marked }],
    messages,
    ...(tools.length === 0 ? {} : { tools: tools.map(({ name, description, input }) => ({ name, description, input_schema: { ...input, type: 'object' as const } })) }),
    max_tokens: maxTokens,
    ...(temperature === null ? {} : { temperature }),
    stream: true,
  };
}

/** None for a turn in which the model said nothing: the API takes no empty content, no blank text and no thoughts alone. */
function messagesOf(turn: Turn): MessageParam[] {
  if (turn.role === 'assistant' && turn.calls.length === 0 && turn.text.trim() === '') return [];
  return [messageOf(turn)];
}

function messageOf(turn: Turn): MessageParam {
  if (turn.role === 'user') return { role: 'user', content: [{ type: 'text', text: turn.text }] };
  if (turn.role === 'tools') return { role: 'user', content: turn.results.map(({ id, text, failed }) => ({ type: 'tool_result', tool_use_id: id, content: text, ...(failed ? { is_error: true } : {}) })) };
  if (turn.raw !== undefined) return { role: 'assistant', content: turn.raw as ContentBlockParam[] };
  const calls = turn.calls.map(({ id, name, input }) => ({ type: 'tool_use' as const, id, name, input: objectOf(input) }));
  return { role: 'assistant', content: [...(turn.text.trim() === '' ? [] : [{ type: 'text' as const, text: turn.text }]), ...calls] };
}

function objectOf(json: string): unknown {
  try {
    return JSON.parse(json === '' ? '{}' : json);
  } catch {
    // Cut off: the conversation says so, and the API takes only whole objects.
    return {};
  }
}

/** A block of the answer as it grows; `input` of a tool comes as pieces of JSON. */
interface Block {
  type: string;
  id?: string;
  name?: string;
  text?: string;
  thinking?: string;
  signature?: string;
  input?: unknown;
  json: string;
}

class Gathered {
  readonly #blocks: Block[] = [];
  #stop: string | null = null;
  #ended = false;
  #usage: Usage = noUsage;
  #began = false;

  take(event: RawMessageStreamEvent): number {
    if (event.type === 'message_start') {
      this.#began = true;
      this.#count(event.message.usage);
    } else if (event.type === 'content_block_start') this.#blocks[event.index] = { ...(event.content_block as object), json: '' } as Block;
    else if (event.type === 'content_block_delta') return this.#grow(event.index, event.delta);
    else if (event.type === 'message_delta') {
      this.#stop = event.delta.stop_reason ?? this.#stop;
      this.#count(event.usage);
    } else if (event.type === 'message_stop') this.#ended = true;
    return 0;
  }

  #grow(index: number, delta: Extract<RawMessageStreamEvent, { type: 'content_block_delta' }>['delta']): number {
    const block = this.#blocks[index];
    if (block === undefined) throw new ModelFailure('malformed', 'the answer goes on with a block that it did not begin', { spent: this.spent });
    if (delta.type === 'text_delta') block.text = (block.text ?? '') + delta.text;
    else if (delta.type === 'input_json_delta') block.json += delta.partial_json;
    else if (delta.type === 'thinking_delta') block.thinking = (block.thinking ?? '') + delta.thinking;
    else if (delta.type === 'signature_delta') block.signature = delta.signature;
    return 'text' in delta ? delta.text.length : 'partial_json' in delta ? delta.partial_json.length : 'thinking' in delta ? delta.thinking.length : 0;
  }

  /** The counts are of the whole answer so far; what an event leaves out stays. */
  #count(usage: { input_tokens?: number | null; output_tokens?: number | null; cache_read_input_tokens?: number | null; cache_creation_input_tokens?: number | null } | undefined): void {
    const { input, cached, written, output } = this.#usage;
    this.#usage = { input: usage?.input_tokens ?? input, cached: usage?.cache_read_input_tokens ?? cached, written: usage?.cache_creation_input_tokens ?? written, output: usage?.output_tokens ?? output };
  }

  /** Of an answer that broke off: its output is counted at the end, so what came is estimated from its length. */
  get spent(): Usage | undefined {
    if (!this.#began) return undefined;
    const characters = this.#blocks.reduce((sum, block) => sum + (block?.text ?? '').length + (block?.thinking ?? '').length + (block?.json ?? '').length, 0);
    return { ...this.#usage, output: Math.max(this.#usage.output, Math.ceil(characters / 3)) };
  }

  answer(): ModelAnswer {
    if (!this.#ended) throw new ModelFailure('cut', 'the answer ended before its end', { spent: this.spent });
    const blocks = this.#blocks.filter((block) => block !== undefined);
    const calls = blocks.flatMap(({ type, id = '', name = '', json, input }) => (type === 'tool_use' ? [{ id, name, input: json === '' ? JSON.stringify(input ?? {}) : json }] : []));
    const stop = this.#stop === 'refusal' ? 'refusal' : this.#stop === 'max_tokens' || this.#stop === 'model_context_window_exceeded' ? 'length' : calls.length > 0 ? 'tools' : 'end';
    const text = blocks.map(({ type, text: part = '' }) => (type === 'text' ? part : '')).join('');
    // The API refuses blank text.
    const raw = blocks.filter((block) => block.type !== 'text' || block.text?.trim() !== '').map(({ json, ...block }) => (block.type === 'tool_use' ? { ...block, input: objectOf(json === '' ? JSON.stringify(block.input ?? {}) : json) } : block));
    return { text, calls, stop, usage: this.#usage, ...(raw.some(({ type }) => type.includes('thinking')) ? { raw } : {}) };
  }
}
