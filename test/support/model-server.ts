import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProviderKind } from '../../src/core/config/models-schema.js';

/** What the server is to do with a request. Pieces of text go out as events of their own. */
export interface Scripted {
  text?: string[];
  /** `input`: JSON, sent in two pieces each, all calls mixed where the API allows that. */
  calls?: { name: string; input: unknown }[];
  /** Of servers that send each call whole before the next: without an index, or 0 for every call. Chat completions only. */
  callIndex?: 'none' | 'zero';
  stop?: 'length' | 'refusal';
  usage?: { input: number; cached: number; output: number };
  /** Leaves the usage out, as some servers do. */
  silentUsage?: true;
  /** An answer that is no stream. */
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** `cut`: the connection ends after the first events. `malformed`: an event is no JSON. `hang`: no further event comes. `endless`: text without end. `error`: an error event within the stream. */
  fault?: 'cut' | 'malformed' | 'hang' | 'endless' | 'error';
  /** With the model's reasoning, which it wants back. */
  reasoning?: string;
}

export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

export interface ModelServer {
  url: string;
  received: Received[];
  /** Resolves when a client has closed its connection before the answer ended. */
  hungUp: Promise<void>;
  close(): Promise<void>;
}

/** A local server that speaks the streams of the real API of its kind. `script` says what the n-th request (from 0) gets. */
export async function modelServer(kind: ProviderKind, script: (request: Received, n: number) => Scripted | Promise<Scripted>): Promise<ModelServer> {
  const received: Received[] = [];
  let toldHungUp = (): void => undefined;
  const hungUp = new Promise<void>((resolve) => (toldHungUp = resolve));
  const server = createServer((request, response) => {
    response.on('close', () => response.writableFinished || toldHungUp());
    void serve(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one: Received = { path: request.url ?? '', headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown> };
    received.push(one);
    const scripted = await script(one, received.length - 1);
    if (scripted.status !== undefined) {
      response.writeHead(scripted.status, { 'content-type': 'application/json', ...scripted.headers }).end(JSON.stringify(scripted.body ?? { error: { message: 'scripted', type: 'scripted' } }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', ...scripted.headers });
    await stream(response, scripted, events[kind](scripted));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${kind === 'anthropic' ? '' : '/v1'}`,
    received,
    hungUp,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function stream(response: ServerResponse, { fault }: Scripted, all: string[]): Promise<void> {
  const first = all.slice(0, 4);
  if (fault === undefined) {
    for (const event of all) response.write(event);
    response.end();
    return;
  }
  for (const event of first) response.write(event);
  if (fault === 'malformed') response.end('event: message_delta\ndata: {"type": "mess\n\n');
  if (fault === 'error') response.end('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"overloaded"},"code":"rate_limit_exceeded","message":"overloaded"}\n\n');
  if (fault === 'cut') response.socket?.end();
  if (fault === 'endless') {
    response.setMaxListeners(0);
    const again = all[3] ?? '';
    while (!response.destroyed && !response.closed) if (!response.write(again.repeat(50))) await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
  }
}

const sse = (data: unknown, event?: string): string => `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

const usual = { input: 100, cached: 40, output: 7 };

/** The events of a whole answer. The fourth one is of text where there is text. */
const events: Record<ProviderKind, (scripted: Scripted) => string[]> = { openai: chatEvents, 'openai-responses': responsesEvents, anthropic: anthropicEvents };

function halves(input: unknown): [string, string] {
  const text = JSON.stringify(input);
  const middle = Math.floor(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

function chatEvents({ text = [], calls = [], stop, usage = usual, silentUsage, callIndex, fault }: Scripted): string[] {
  const chunk = (delta: object, finish: string | null = null): string => sse({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] });
  const pieces = fault === 'endless' ? ['x'.repeat(1000)] : text;
  const indexed = (i: number): object => (callIndex === 'none' ? {} : { index: callIndex === 'zero' ? 0 : i });
  const begun = ({ name, input }: { name: string; input: unknown }, i: number): string => chunk({ tool_calls: [{ ...indexed(i), id: `call_${name}_${i}`, type: 'function', function: { name, arguments: halves(input)[0] } }] });
  const ended = ({ input }: { input: unknown }, i: number): string => chunk({ tool_calls: [{ ...indexed(i), function: { arguments: halves(input)[1] } }] });
  return [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: '' }),
    chunk({ content: '' }),
    ...pieces.map((piece) => chunk(stop === 'refusal' ? { refusal: piece } : { content: piece })),
    ...(callIndex === undefined ? [...calls.map(begun), ...calls.map(ended)] : calls.flatMap((call, i) => [begun(call, i), ended(call, i)])),
    chunk({}, stop === 'length' ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop'),
    ...(silentUsage ? [] : [sse({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: { prompt_tokens: usage.input + usage.cached, completion_tokens: usage.output, total_tokens: 0, prompt_tokens_details: { cached_tokens: usage.cached } } })]),
    sse('[DONE]'),
  ];
}

function responsesEvents({ text = [], calls = [], stop, usage = usual, silentUsage, reasoning, fault }: Scripted): string[] {
  let sequence = 0;
  const event = (type: string, rest: object): string => sse({ type, sequence_number: (sequence += 1), ...rest }, type);
  const pieces = fault === 'endless' ? ['x'.repeat(1000)] : text;
  const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [stop === 'refusal' ? { type: 'refusal', refusal: text.join('') } : { type: 'output_text', text: text.join(''), annotations: [] }] };
  const thought = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: reasoning };
  const called = calls.map(({ name, input }, index) => ({ id: `fc_${index}`, type: 'function_call', call_id: `call_${name}_${index}`, name, arguments: JSON.stringify(input), status: 'completed' }));
  const output = [...(reasoning === undefined ? [] : [thought]), ...(text.length === 0 ? [] : [message]), ...called];
  const incomplete = stop === 'length';
  const response = { id: 'resp_1', object: 'response', status: incomplete ? 'incomplete' : 'completed', incomplete_details: incomplete ? { reason: 'max_output_tokens' } : null, output, ...(silentUsage ? {} : { usage: { input_tokens: usage.input + usage.cached, input_tokens_details: { cached_tokens: usage.cached }, output_tokens: usage.output, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 0 } }) };
  return [
    event('response.created', { response: { ...response, status: 'in_progress', output: [] } }),
    event('response.in_progress', { response: { ...response, status: 'in_progress', output: [] } }),
    event('response.output_item.added', { output_index: 0, item: { ...message, content: [] } }),
    ...pieces.map((delta) => event(stop === 'refusal' ? 'response.refusal.delta' : 'response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta })),
    ...called.flatMap((item, index) => [event('response.output_item.added', { output_index: index + 1, item: { ...item, arguments: '' } }), ...halves(calls[index]?.input).map((delta) => event('response.function_call_arguments.delta', { item_id: item.id, output_index: index + 1, delta }))]),
    ...output.map((item, index) => event('response.output_item.done', { output_index: index, item })),
    event(incomplete ? 'response.incomplete' : 'response.completed', { response }),
  ];
}

function anthropicEvents({ text = [], calls = [], stop, usage = usual, reasoning, fault }: Scripted): string[] {
  const event = (type: string, rest: object = {}): string => sse({ type, ...rest }, type);
  const pieces = fault === 'endless' ? ['x'.repeat(1000)] : text;
  const shift = reasoning === undefined ? 1 : 2;
  const thought = [event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } }), event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: reasoning } }), event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: `signed ${reasoning}` } }), event('content_block_stop', { index: 0 })];
  return [
    event('message_start', { message: { id: 'msg', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: usage.input, cache_read_input_tokens: usage.cached, cache_creation_input_tokens: 0, output_tokens: 1 } } }),
    event('ping'),
    ...(reasoning === undefined ? [] : thought),
    event('content_block_start', { index: shift - 1, content_block: { type: 'text', text: '' } }),
    ...pieces.map((piece) => event('content_block_delta', { index: shift - 1, delta: { type: 'text_delta', text: piece } })),
    event('content_block_stop', { index: shift - 1 }),
    ...calls.flatMap(({ name, input }, index) => [
      event('content_block_start', { index: index + shift, content_block: { type: 'tool_use', id: `call_${name}_${index}`, name, input: {} } }),
      ...halves(input).map((half) => event('content_block_delta', { index: index + shift, delta: { type: 'input_json_delta', partial_json: half } })),
      event('content_block_stop', { index: index + shift }),
    ]),
    event('message_delta', { delta: { stop_reason: stop === 'length' ? 'max_tokens' : stop === 'refusal' ? 'refusal' : calls.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null }, usage: { output_tokens: usage.output } }),
    event('message_stop'),
  ];
}
