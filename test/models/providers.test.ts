import { afterEach, describe, expect, it, vi } from 'vitest';
import { providers, type ProviderKind } from '../../src/core/config/models-schema.js';
import { ModelFailure, retryAfterMs } from '../../src/models/providers/failure.js';
import type { ModelRequest, ProviderSettings, Turn } from '../../src/models/providers/provider.js';
import { providerOf } from '../../src/models/providers/registry.js';
import { withRetries } from '../../src/models/retry.js';
import { modelServer, type ModelServer, type Received, type Scripted } from '../support/model-server.js';

const request: ModelRequest = {
  system: 'You are precise.',
  turns: [{ role: 'user', text: 'What is slow?' }],
  tools: [{ name: 'look', description: 'looks', input: { type: 'object', properties: { at: { type: 'string' } } } }],
  maxTokens: 500,
};

let server: ModelServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function asks(kind: ProviderKind, script: (received: Received, n: number) => Scripted, over: Partial<ProviderSettings> = {}) {
  server = await modelServer(kind, script);
  return providerOf(kind, { model: 'm-1', baseUrl: server.url, key: 'planted-key-0001', temperature: null, timeoutMs: 60_000, stallMs: 60_000, ...over });
}

const forever = { signal: new AbortController().signal };

async function failure(work: Promise<unknown>): Promise<ModelFailure> {
  const error: unknown = await work.then(() => null, (reason: unknown) => reason);
  if (!(error instanceof ModelFailure)) throw new Error(`no ModelFailure: ${String(error)}`);
  return error;
}

describe.each(providers)('%s', (kind) => {
  it('reads an answer and its usage from the stream, and sends key, limit and tools as this API has them', async () => {
    const provider = await asks(kind, () => ({ text: ['It is ', 'the loop — ', 'ü😀'], usage: { input: 120, cached: 30, output: 9 } }), { temperature: 0.5 });
    const seen: number[] = [];
    const answer = await provider.ask(request, { ...forever, onProgress: (characters) => seen.push(characters) });
    expect(answer).toMatchObject({ text: 'It is the loop — ü😀', calls: [], stop: 'end', usage: { input: 120, cached: 30, written: 0, output: 9 } });
    expect(seen.at(-1)).toBe(answer.text.length);
    const [{ headers, body, path } = { headers: {}, body: {}, path: '' }] = server?.received ?? [];
    expect(headers.authorization).toBe('Bearer planted-key-0001');
    expect(path).toBe({ openai: '/v1/chat/completions', 'openai-responses': '/v1/responses', anthropic: '/v1/messages' }[kind]);
    expect(body).toMatchObject({ model: 'm-1', stream: true, temperature: 0.5, [{ openai: 'max_tokens', 'openai-responses': 'max_output_tokens', anthropic: 'max_tokens' }[kind]]: 500 });
    expect(JSON.stringify(body)).toContain('What is slow?');
    expect(JSON.stringify(body['tools'])).toContain('"look"');
  });

  it('keeps parallel tool calls in their order, and sends their results and its reasoning back', async () => {
    const provider = await asks(kind, (_, n) => (n === 0 ? { text: ['Looking.'], calls: [{ name: 'look', input: { at: 'a' } }, { name: 'look', input: { at: 'b"\n' } }, { name: 'peek', input: {} }], reasoning: 'thought-1' } : { text: ['Done.'] }));
    const first = await provider.ask(request, forever);
    expect(first.stop).toBe('tools');
    expect(first.calls.map(({ name, input }) => [name, JSON.parse(input)])).toEqual([['look', { at: 'a' }], ['look', { at: 'b"\n' }], ['peek', {}]]);
    const turns: Turn[] = [...request.turns, { role: 'assistant', text: first.text, calls: first.calls, ...(first.raw === undefined ? {} : { raw: first.raw }) }, { role: 'tools', results: first.calls.map(({ id }, i) => ({ id, text: `result ${i}`, failed: i === 1 })) }];
    expect((await provider.ask({ ...request, turns }, forever)).text).toBe('Done.');
    const body = JSON.stringify(server?.received[1]?.body);
    const places = [...first.calls.map(({ id }) => id), 'result 0', 'result 1', 'result 2'].map((word) => body.indexOf(word));
    expect(places).not.toContain(-1);
    expect(places.slice(3)).toEqual(places.slice(3).toSorted((a, b) => a - b));
    if (kind !== 'openai') expect(body).toContain('thought-1');
  });

  it('tells an answer cut at its limit, and a refusal, from a whole one', async () => {
    const provider = await asks(kind, (_, n) => (n === 0 ? { text: ['half'], stop: 'length' } : { text: ['I cannot help.'], stop: 'refusal' }));
    expect(await provider.ask(request, forever)).toMatchObject({ stop: 'length', text: 'half' });
    expect(await provider.ask(request, forever)).toMatchObject({ stop: 'refusal', text: 'I cannot help.' });
  });

  it.each([
    ['cut', { text: ['a', 'b'], fault: 'cut' }, 'cut'],
    ['malformed', { text: ['a', 'b'], fault: 'malformed' }, 'malformed'],
    ['error in the stream', { text: ['a', 'b'], fault: 'error' }, 'rate'],
    ['429', { status: 429, headers: { 'retry-after': '3' } }, 'rate'],
    ['500', { status: 500 }, 'server'],
    ['401', { status: 401 }, 'key'],
    ['no credit', { status: 429, body: { error: { message: 'quota', type: 'insufficient_quota', code: 'insufficient_quota' } } }, 'key'],
    ['400', { status: 400 }, 'request'],
  ] as const)('tells a failure: %s', async (_name, scripted, expected) => {
    const provider = await asks(kind, () => scripted as unknown as Scripted);
    const told = await failure(provider.ask(request, forever));
    expect(told.kind).toBe(expected);
    expect(server?.received).toHaveLength(1);
    if (_name === '429') expect(told).toMatchObject({ status: 429, retryAfterMs: 3000 });
    expect(told.free).toBe('status' in scripted);
    // What came was paid for.
    if (expected === 'cut') expect(told.spent?.output).toBeGreaterThan(0);
  });

  it('ends an answer that stalls, one without end, and one that is no longer wanted', async () => {
    const stalled = await asks(kind, (_, n) => (n === 0 ? { text: ['a', 'b'], fault: 'hang' } : { fault: 'endless' }), { stallMs: 1000 });
    const silent = await failure(stalled.ask(request, forever));
    const endless = await failure(stalled.ask(request, forever));
    expect([silent.kind, endless.kind]).toEqual(['stalled', 'too-long']);
    // What came was paid for.
    expect(silent.spent?.output).toBeGreaterThan(0);
    expect(endless.spent?.output).toBeGreaterThan(10_000);
    expect([silent.free, endless.free]).toEqual([false, false]);
    await server?.close();

    const provider = await asks(kind, () => ({ text: ['a', 'b'], fault: 'hang' }));
    const cancel = new AbortController();
    const asked = provider.ask(request, { signal: cancel.signal, onProgress: (characters) => characters > 0 && cancel.abort(new Error('no longer wanted')) });
    await expect(asked).rejects.toThrow('no longer wanted');
    await server?.hungUp;
  });
});

it('estimates the tokens that a server does not count', async () => {
  const provider = await asks('openai', () => ({ text: ['x'.repeat(300)], silentUsage: true }));
  const { usage, estimated } = await provider.ask(request, forever);
  expect(estimated).toBe(true);
  expect(usage.output).toBe(100);
  expect(usage.input).toBeGreaterThan(50);
});

it.each(['none', 'zero'] as const)('keeps parallel calls apart where a server sends as their index: %s', async (callIndex) => {
  const provider = await asks('openai', () => ({ callIndex, calls: [{ name: 'look', input: { at: 'a' } }, { name: 'look', input: { at: 'b' } }, { name: 'peek', input: {} }] }));
  const { calls } = await provider.ask(request, forever);
  expect(calls.map(({ id, name, input }) => [id, name, JSON.parse(input)])).toEqual([['call_look_0', 'look', { at: 'a' }], ['call_look_1', 'look', { at: 'b' }], ['call_peek_2', 'peek', {}]]);
});

it('leaves out a turn in which the model said nothing, which the API of Anthropic refuses', async () => {
  const provider = await asks('anthropic', () => ({ text: ['Done.'] }));
  const empty: Turn[] = [{ role: 'assistant', text: '', calls: [] }, { role: 'assistant', text: ' \n', calls: [], raw: [{ type: 'thinking', thinking: 'hm', signature: 's' }] }];
  const called: Turn = { role: 'assistant', text: ' ', calls: [{ id: 'c1', name: 'look', input: '{}' }] };
  await provider.ask({ ...request, turns: [...request.turns, ...empty, { role: 'user', text: 'Go on.' }, called, { role: 'tools', results: [{ id: 'c1', text: 'seen', failed: false }] }] }, forever);
  const messages = server?.received[0]?.body['messages'] as { role: string; content: { type: string }[] }[];
  expect(messages.map(({ role, content }) => [role, ...content.map(({ type }) => type)])).toEqual([['user', 'text'], ['user', 'text'], ['assistant', 'tool_use'], ['user', 'tool_result']]);
});

it('tells what was never sent from what a server took and did not answer', async () => {
  const gone = await modelServer('openai', () => ({}));
  await gone.close();
  const settings = { model: 'm', baseUrl: gone.url, key: null, temperature: null, timeoutMs: 5000, stallMs: 5000 };
  expect(await failure(providerOf('openai', settings).ask(request, forever))).toMatchObject({ kind: 'connection', free: true });
  const taken = await asks('openai', () => ({ text: ['', ''], fault: 'cut' }));
  expect(await failure(taken.ask(request, forever))).toMatchObject({ free: false, spent: undefined });
});

it('tells a server that is not there', async () => {
  const provider = providerOf('openai', { model: 'm', baseUrl: 'http://127.0.0.1:9/v1', key: null, temperature: null, timeoutMs: 5000, stallMs: 5000 });
  expect(await failure(provider.ask(request, forever))).toMatchObject({ kind: 'connection', passes: true });
});

describe('withRetries', () => {
  const fails = (...failures: ModelFailure[]) => vi.fn(async (attempt: number) => {
    const next = failures[attempt - 1];
    if (next !== undefined) throw next;
    return 'answer';
  });
  const rate = (ms?: number) => new ModelFailure('rate', 'slow down', { status: 429, retryAfterMs: ms });
  const waits: number[] = [];
  const policy = { tries: 4, firstWaitMs: 100, longestWaitMs: 10_000, jitter: () => 0, wait: async (ms: number) => void waits.push(ms) };
  afterEach(() => void waits.splice(0));

  it('waits as long as Retry-After says, else twice as long each time', async () => {
    await expect(withRetries(policy, forever.signal, fails(rate(7000), rate(), new ModelFailure('server', '500')))).resolves.toBe('answer');
    expect(waits).toEqual([7000, 200, 400]);
  });

  it('gives up after its tries, at once on what does not pass, and where it is asked to wait too long', async () => {
    const call = fails(rate(), rate(), rate(), rate(), rate());
    await expect(withRetries(policy, forever.signal, call)).rejects.toThrow('slow down');
    expect(call).toHaveBeenCalledTimes(4);
    for (const failed of [new ModelFailure('key', 'wrong key'), new ModelFailure('request', 'no'), rate(10_001)]) {
      const once = fails(failed);
      await expect(withRetries(policy, forever.signal, once)).rejects.toThrow(failed.message);
      expect(once).toHaveBeenCalledTimes(1);
    }
  });

  it('reads Retry-After as seconds, a date, or milliseconds', () => {
    const now = Date.parse('2026-11-22T00:00:00Z');
    const of = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), now);
    expect([of({ 'retry-after': '1.5' }), of({ 'retry-after': 'Sun, 22 Nov 2026 00:00:30 GMT' }), of({ 'retry-after-ms': '20', 'retry-after': '9' }), of({ 'retry-after': 'soon' }), of({})]).toEqual([1500, 30_000, 20, undefined, undefined]);
  });
});
