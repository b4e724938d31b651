import type { Response, ResponseCreateParamsStreaming, ResponseInputItem, ResponseOutputItem, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { estimateTokens, type Usage } from '../usage.js';
import { failureOf, ModelFailure } from './failure.js';
import { guarded } from './guarded.js';
import { openaiClient } from './openai-client.js';
import type { ModelAnswer, ModelRequest, Provider, ProviderSettings, Turn } from './provider.js';

/** OpenAI's responses. Nothing is stored at the provider: reasoning travels encrypted in the conversation. */
export function openaiResponses(settings: ProviderSettings): Provider {
  return {
    async ask(request, { signal, onProgress }) {
      const client = await openaiClient(settings);
      const body = bodyOf(settings, request);
      return guarded({ ...settings, signal, onProgress, maxTokens: request.maxTokens }, async (both, arrived) => {
        let written = '';
        let final: Response | null = null;
        const items: ResponseOutputItem[] = [];
        // The input is charged for as soon as there is output.
        const spent = (): Usage | undefined => (written === '' ? undefined : { input: estimateTokens(JSON.stringify(body)), cached: 0, written: 0, output: estimateTokens(written) });
        try {
          for await (const event of await client.responses.create(body, { signal: both })) {
            const piece = pieceOf(event);
            written += piece;
            arrived(piece.length);
            if (event.type === 'response.output_item.done') items.push(event.item);
            if (event.type === 'response.completed' || event.type === 'response.incomplete') final = event.response;
            if (event.type === 'response.failed') throw failedBy(event.response.error?.code ?? '', event.response.error?.message ?? 'the provider says that it failed', usageOf(event.response) ?? spent());
            if (event.type === 'error') throw failedBy(event.code ?? '', event.message, spent());
          }
        } catch (error) {
          throw failureOf(error, spent());
        }
        if (final === null) throw new ModelFailure('cut', 'the answer ended before its end', { spent: spent() });
        return answerOf(final, final.output.length > 0 ? final.output : items, body, written);
      });
    },
  };
}

function failedBy(code: string, message: string, spent: Usage | undefined): ModelFailure {
  const kind = code === 'rate_limit_exceeded' ? 'rate' : code.startsWith('invalid') ? 'request' : 'server';
  return new ModelFailure(kind, message, { spent });
}

function bodyOf({ model, temperature }: ProviderSettings, { system, turns, tools, maxTokens }: ModelRequest): ResponseCreateParamsStreaming {
  return {
    model,
    instructions: system,
    input: turns.flatMap(itemsOf),
    ...(tools.length === 0 ? {} : { tools: tools.map(({ name, description, input }) => ({ type: 'function' as const, name, description, parameters: input, strict: false })) }),
    max_output_tokens: maxTokens,
    ...(temperature === null ? {} : { temperature }),
    include: ['reasoning.encrypted_content'],
    store: false,
    stream: true,
  };
}

function itemsOf(turn: Turn): ResponseInputItem[] {
  if (turn.role === 'user') return [{ role: 'user', content: turn.text }];
  if (turn.role === 'tools') return turn.results.map(({ id, text }) => ({ type: 'function_call_output', call_id: id, output: text }));
  return [
    ...((turn.raw ?? []) as ResponseInputItem[]),
    ...(turn.text === '' ? [] : [{ role: 'assistant' as const, content: turn.text }]),
    ...turn.calls.map(({ id, name, input }) => ({ type: 'function_call' as const, call_id: id, name, arguments: input })),
  ];
}

/** What of an event counts as output. */
function pieceOf(event: ResponseStreamEvent): string {
  const isText = event.type === 'response.output_text.delta' || event.type === 'response.function_call_arguments.delta' || event.type === 'response.refusal.delta' || event.type === 'response.reasoning_summary_text.delta' || event.type === 'response.reasoning_text.delta';
  return isText ? event.delta : '';
}

function usageOf({ usage }: Response): Usage | null {
  if (usage == null) return null;
  const cached = usage.input_tokens_details?.cached_tokens ?? 0;
  const written = usage.input_tokens_details?.cache_write_tokens ?? 0;
  return { input: Math.max(0, usage.input_tokens - cached - written), cached, written, output: usage.output_tokens };
}

function answerOf(response: Response, items: readonly ResponseOutputItem[], body: object, written: string): ModelAnswer {
  const parts = items.flatMap((item) => (item.type === 'message' ? item.content : []));
  const text = parts.map((part) => (part.type === 'output_text' ? part.text : part.refusal)).join('');
  const calls = items.flatMap((item) => (item.type === 'function_call' ? [{ id: item.call_id, name: item.name, input: item.arguments }] : []));
  const why = response.incomplete_details?.reason;
  const declined = parts.some((part) => part.type === 'refusal') || why === 'content_filter';
  const stop = declined ? 'refusal' : response.status === 'incomplete' ? 'length' : calls.length > 0 ? 'tools' : 'end';
  const raw = items.filter((item) => item.type === 'reasoning');
  const usage = usageOf(response);
  return { text, calls, stop, usage: usage ?? { input: estimateTokens(JSON.stringify(body)), cached: 0, written: 0, output: estimateTokens(written) }, ...(usage === null ? { estimated: true } : {}), ...(raw.length === 0 ? {} : { raw }) };
}
