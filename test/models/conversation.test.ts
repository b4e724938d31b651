import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { providers, type ProviderKind } from '../../src/core/config/models-schema.js';
import { modelFor, type ModelChoice } from '../../src/core/config/models.js';
import { validateConfig } from '../../src/core/config/parse.js';
import type { Finding } from '../../src/core/finding.js';
import { applyEdits } from '../../src/core/candidates/apply-edits.js';
import { openConversation, type Conversation, type ConversationSettings } from '../../src/models/conversation.js';
import { givenOf } from '../../src/models/optimize/context.js';
import { proposeBy } from '../../src/models/optimize/propose.js';
import { redactorOf } from '../../src/models/redact.js';
import { Replay } from '../../src/models/traffic.js';
import { sha256 } from '../../src/propose/hash.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { modelServer, type ModelServer, type Received, type Scripted } from '../support/model-server.js';

const key = 'planted-key-4711';
let root: string;
let server: ModelServer | null = null;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'perfloop-models-'));
});
afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(root, { recursive: true, force: true });
});

async function converse(script: (received: Received, n: number) => Scripted, { kind = 'openai', over = {}, model = {}, phase = {} }: { kind?: ProviderKind; over?: Partial<ConversationSettings>; model?: object; phase?: object } = {}): Promise<Conversation> {
  server ??= await modelServer(kind, script);
  const config = validateConfig({ models: { m: { provider: kind, model: 'gpt-5', base_url: server.url, api_key: '$A_KEY', ...model } }, phases: { optimize: { model: 'm', ...phase } } }, 'test');
  const env = { A_KEY: key };
  return await openConversation({
    name: 'optimize-1/m/f1', choice: modelFor(config, 'm', 'optimize') as ModelChoice, env, artifacts: openArtifacts(join(root, 'artifacts')), redactor: redactorOf(env, ['A_KEY']), tools: [lookTool],
    files: { journal: join(root, 'journal.jsonl'), ledger: join(root, `spending-${server.received.length}.jsonl`) }, limits: { tokens: null, money: null }, replay: null, signal: new AbortController().signal, retries: { tries: 3, firstWaitMs: 1, longestWaitMs: 50 }, ...over,
  });
}

/** `long`: as many lines as asked for; `boom`: none. Answers in the reverse of the order in which it is asked. */
let order: string[] = [];
const lookTool = {
  spec: { name: 'look', description: 'looks', input: { type: 'object', properties: { at: { type: 'string' } } } },
  run: async (input: unknown) => {
    const { at } = z.object({ at: z.string() }).parse(input);
    await new Promise((resolve) => setTimeout(resolve, at === 'a' ? 20 : 0));
    order.push(at);
    if (at === 'long') return Array.from({ length: 2000 }, (_, i) => `line ${i + 1} of a long result`).join('\n');
    if (at === 'secret') return `the file says ${key} and sk-abcdefghijklmnopqrst`;
    return `seen at ${at}`;
  },
};

const answerStep = { name: 'submit_answer', description: 'answers', schema: z.object({ n: z.int() }), accept: async ({ n }: { n: number }) => (n < 0 ? { ok: false as const, problem: 'n is below 0' } : { ok: true as const, value: n }) };
const submit = (n: unknown): Scripted => ({ calls: [{ name: 'submit_answer', input: { n } }] });
const look = (...at: string[]): Scripted => ({ calls: at.map((place) => ({ name: 'look', input: { at: place } })) });
const bodies = (): string[] => (server?.received ?? []).map(({ body }) => JSON.stringify(body));

it.each(providers)('%s: runs parallel calls at once, answers them in order, and ends in a checked value', async (kind) => {
  order = [];
  const { dialog, end } = await converse((_, n) => [look('a', 'b'), look('nowhere', 'c'), submit(7)][n] ?? {}, { kind });
  expect(await dialog.until('Look.', answerStep)).toEqual({ kind: 'done', value: 7 });
  expect(order.slice(0, 2)).toEqual(['b', 'a']);
  const second = bodies()[1] ?? '';
  expect(second.indexOf('seen at a')).toBeGreaterThan(-1);
  expect(second.indexOf('seen at a')).toBeLessThan(second.indexOf('seen at b'));
  expect(second).toContain('[e1]');
  expect((await end()).spent).toMatchObject({ calls: 3, tokens: 3 * 147 });
});

describe('one repair', () => {
  it.each([
    ['a wrong schema', submit('seven'), submit(7)],
    ['what is not accepted', submit(-1), submit(7)],
    ['no call at all', { text: ['I think it is 7.'] }, submit(7)],
    ['an answer cut at its limit', { text: ['long'], stop: 'length' as const }, submit(7)],
    ['JSON in the text', { text: ['It is:\n```json\n{"n": 7}\n```'] }, null],
  ])('is asked for after %s', async (_name, first, second) => {
    const { dialog } = await converse((_, n) => [first, second][n] ?? {});
    expect(await dialog.until('Look.', answerStep)).toEqual({ kind: 'done', value: 7 });
    expect(server?.received).toHaveLength(second === null ? 1 : 2);
  });

  it('is the only one, and a refusal gets none', async () => {
    const { dialog } = await converse(() => submit('seven'));
    expect(await dialog.until('Look.', answerStep)).toMatchObject({ kind: 'stopped', why: expect.stringMatching(/no usable submit_answer.*expected number/s) });
    expect(server?.received).toHaveLength(2);
    await server?.close();
    server = null;
    const { dialog: refusing } = await converse(() => ({ text: ['I will not.'], stop: 'refusal' }), { over: { files: { journal: join(root, 'j2'), ledger: join(root, 'l2') } } });
    expect(await refusing.until('Look.', answerStep)).toEqual({ kind: 'stopped', why: 'the model declined: I will not.' });
  });
});

it('shows a large result in pages, keeps all of it, and tells the model of a tool that fails', async () => {
  const { dialog, results } = await converse((_, n) => [look('long'), { calls: [{ name: 'read_result', input: { id: 'e1', from: 1900 } }, { name: 'look', input: { wrong: 1 } }, { name: 'nothing', input: {} }] }, submit(1)][n] ?? {});
  await dialog.until('Look.', answerStep);
  expect(bodies()[1]).toMatch(/\[cut: lines 1 to \d+ of 2000; go on with read_result/);
  expect(bodies()[1]).not.toContain('line 1900 ');
  expect(bodies()[2]).toContain('line 2000 of a long result');
  expect(bodies()[2]).toMatch(/The input of look is wrong.*There is no tool nothing/s);
  const [kept] = results.artifacts;
  expect(readFileSync(openArtifacts(join(root, 'artifacts')).pathOf(kept?.artifact as never), 'utf8').split('\n')).toHaveLength(2000);
});

it('stops at its bounds, and says in the last turn that it is the last', async () => {
  const { dialog } = await converse(() => look('a'), { phase: { turns: 3 } });
  expect(await dialog.until('Look.', answerStep)).toEqual({ kind: 'stopped', why: 'the 3 turns of the conversation are used' });
  expect(bodies().map((body) => body.includes('This is your last turn: call submit_answer'))).toEqual([false, false, true]);
  await server?.close();
  server = null;
  const { dialog: costly } = await converse(() => ({ ...look('a'), usage: { input: 600, cached: 0, output: 10 } }), { phase: { tokens: 1200 }, over: { files: { journal: join(root, 'j2'), ledger: join(root, 'l2') } } });
  expect(await costly.until('Look.', answerStep)).toEqual({ kind: 'stopped', why: 'the 1200 tokens of the conversation are used' });
});

it('ends a call or a tool that is under way when its time is over, and counts the time of an earlier attempt', async () => {
  const calling = await converse((_, n) => (n === 0 ? { text: ['a', 'b'], fault: 'hang' } : look('a')), { phase: { timeout: '2s' } });
  const over = { kind: 'stopped', why: 'the 2 s of the conversation are over' };
  expect(await calling.dialog.until('Look.', answerStep)).toEqual(over);
  await server?.hungUp;
  const again = await converse(() => submit(1), { phase: { timeout: '2s' } });
  expect(await again.dialog.until('Look.', answerStep)).toEqual(over);
  expect(server?.received).toHaveLength(1);
  const waiting = { ...lookTool, run: async (_input: unknown, signal: AbortSignal) => await new Promise<string>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))) };
  const tool = await converse(() => submit(1), { phase: { timeout: '2s' }, over: { tools: [waiting], files: { journal: join(root, 'j2'), ledger: join(root, 'l2') } } });
  expect(await tool.dialog.until('Look.', answerStep)).toEqual(over);
});

it('summarises old turns before the model is full, and keeps the ids of its evidence', async () => {
  const { dialog, results } = await converse((received, n) => {
    if (JSON.stringify(received.body).includes('The conversation is near its limit')) return { text: ['The loop at a is slow [e1].'] };
    return n < 3 ? { ...look('long'), usage: { input: 2500 * (n + 1), cached: 0, output: 10 } } : submit(3);
  }, { model: { context: 9000, max_tokens: 300 } });
  expect(await dialog.until('Look closely.', answerStep)).toEqual({ kind: 'done', value: 3 });
  const last = bodies().at(-1) ?? '';
  // Looked for one by one: the whole text would fill the screen.
  expect(['Look closely.', 'The loop at a is slow [e1].', '[e1] look', 'line 100 of a long result'].map((text) => last.includes(text))).toEqual([true, true, true, false]);
  expect(results.page('e1', 100)).toContain('line 100 of a long result');
});

it('pays once for what was answered before it was killed, and not at all in a replay', async () => {
  const script = (_: Received, n: number): Scripted => [look('b'), look('c'), submit(5)][n] ?? {};
  const first = await converse(script);
  expect(await first.dialog.until('Look.', answerStep)).toEqual({ kind: 'done', value: 5 });
  const { traffic, spent } = await first.end();
  // As a kill leaves it: the beginning and two answers whole, the third torn.
  const journal = readFileSync(join(root, 'journal.jsonl'), 'utf8').split('\n');
  writeFileSync(join(root, 'journal.jsonl'), `${journal.slice(0, 3).join('\n')}\n${(journal[3] ?? '').slice(0, 40)}`);
  server?.received.splice(0, 1);
  const again = await converse(script);
  expect(await again.dialog.until('Look.', answerStep)).toEqual({ kind: 'done', value: 5 });
  // One more request, on top of the two that were left in the list.
  expect(server?.received).toHaveLength(3);
  expect((await again.end()).spent).toEqual(spent);

  await server?.close();
  const text = readFileSync(openArtifacts(join(root, 'artifacts')).pathOf(traffic), 'utf8');
  const files = { journal: join(root, 'replayed.jsonl'), ledger: join(root, 'l3') };
  const over = { replay: new Replay(text, 'recorded'), files, env: {} };
  const replayed = await converse(script, { over });
  expect(await replayed.dialog.until('Look.', answerStep)).toEqual({ kind: 'done', value: 5 });
  const other = await converse(script, { over: { ...over, files: { ...files, journal: join(root, 'other.jsonl') } } });
  await expect(other.dialog.until('Look elsewhere.', answerStep)).rejects.toMatchObject({ code: 'PL_REPLAY_UNKNOWN', fix: expect.stringContaining('--profile') });
  expect(() => new Replay('{"v":2}\n', 'x.jsonl')).toThrow(expect.objectContaining({ code: 'PL_TRAFFIC', where: 'x.jsonl:1' }) as Error);
});

it('tries again after what passes, counts what a broken answer cost, and begins nothing that the budget does not hold', async () => {
  const broken: Scripted[] = [{ status: 429, headers: { 'retry-after-ms': '5' } }, { status: 500 }, { text: ['', ''], fault: 'cut' }, { text: ['a', 'b'], fault: 'cut' }];
  const { dialog, end } = await converse((_, n) => [...broken, submit(1)][n] ?? {}, { over: { retries: { tries: 6, firstWaitMs: 1, longestWaitMs: 50 } } });
  expect(await dialog.until('Look.', answerStep)).toEqual({ kind: 'done', value: 1 });
  expect((await end()).spent.calls).toBe(1);
  const lines = readFileSync(join(root, 'spending-0.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { id: string; what: string; tokens: number });
  const counted = lines.filter(({ what }) => what === 'begin').map(({ id, tokens }) => ({ most: tokens, ended: lines.find((line) => line.id === id && line.what === 'end')?.tokens }));
  // An error is free. Where nothing is known the reservation stands; else what came counts.
  expect(counted.map(({ ended }) => ended)).toEqual([0, 0, undefined, expect.any(Number), 147]);
  expect(counted[3]?.ended).toBeGreaterThan(0);
  expect(counted[3]?.ended).toBeLessThan(counted[3]?.most ?? 0);
  const refused = await converse(() => submit(1), { over: { limits: { tokens: 15_000, money: null }, files: { journal: join(root, 'j2'), ledger: join(root, 'l2') } } });
  await expect(refused.dialog.until('Look.', answerStep)).rejects.toMatchObject({ code: 'PL_BUDGET_SPENT' });
  expect(server?.received).toHaveLength(5);
  await expect(converse(() => submit(1), { model: { model: 'nobody-knows' }, over: { limits: { tokens: null, money: 1 } } })).rejects.toMatchObject({ code: 'PL_MODEL_PRICE' });
  await expect(converse(() => submit(1), { over: { env: {} } })).rejects.toMatchObject({ code: 'PL_MODEL_KEY', message: expect.stringContaining('A_KEY') });
});

it('leaves a key nowhere: in no file, prompt or error, whoever says it', async () => {
  const { dialog, end } = await converse((_, n) => [look('secret'), { text: [`Your key is ${key}.`], calls: [{ name: 'look', input: { at: key } }] }, { status: 401, body: { error: { message: `Incorrect API key provided: ${key}` } } }][n] ?? {});
  const error: unknown = await dialog.until(`Use ${key}.`, answerStep).then(() => null, (reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'PL_MODEL_REFUSED_KEY', message: expect.stringContaining('[redacted A_KEY]') });
  expect((error as Error).cause).toBeUndefined();
  await end();
  expect(bodies()).toHaveLength(3);
  for (const body of bodies()) expect(body).not.toMatch(/planted-key|sk-abcdef/);
  const files = (readdirSync(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  expect(files.length).toBeGreaterThan(3);
  for (const text of files) expect(text).not.toMatch(/planted-key|sk-abcdef/);
});

describe('a finding', () => {
  const finding: Finding = { id: 'f1', category: 'H1', file: 'src/a.js', function: 'slow', line: 1, language: 'javascript', selfShare: 0.5, totalShare: 0.6, hotLines: [], snippet: 'function slow() {}', callSites: [], evidence: [{ tool: 'hot_functions', text: 'half of the time' }] };
  const source = 'function slow(list) {\r\n  let n = 0;\r\n  for (const x of list) n += list.indexOf(x);\r\n  let m = 0;\r\n  return n + m;\r\n}\r\n';
  const verdict = (real: boolean, evidence: string[] = []): Scripted => ({ calls: [{ name: 'submit_verdict', input: { real, reasons: ['because'], evidence, confidence: 'high' } }] });
  const candidates = (...edits: { file?: string; old: string; new: string }[][]): Scripted => ({ calls: [{ name: 'submit_candidates', input: { candidates: edits.map((list, i) => ({ title: `change ${i}`, rationale: 'less work', edits: list.map((edit) => ({ file: 'src/a.js', ...edit })) })) } }] });

  async function propose(script: (received: Received, n: number) => Scripted, over: Partial<ConversationSettings> = {}) {
    mkdirSync(join(root, 'tree', 'src'), { recursive: true });
    writeFileSync(join(root, 'tree', 'src', 'a.js'), source);
    writeFileSync(join(root, 'tree', 'src', 'a.test.js'), 'test();\n');
    const { dialog, results } = await converse(script, { over });
    return await proposeBy(dialog, results, { finding, given: givenOf({ finding, profile: ['- slow: 50%'], attempts: [{ title: 'Sort the list first', outcome: 'rejected', why: 'slower' }], lessons: [] }, 4000), ground: { worktree: join(root, 'tree'), protectedBy: (file) => (file.endsWith('.test.js') ? '*.test.js' : undefined) }, mostCandidates: 2, proposer: 'model:m' });
  }

  it('is judged first, and patched only where it is real', async () => {
    expect(await propose(() => verdict(false))).toEqual({ verdict: expect.objectContaining({ real: false, reasons: ['because'] }), candidates: [], note: null });
    expect(server?.received).toHaveLength(1);
    expect(bodies()[0]).toContain('half of the time');
    expect(bodies()[0]).toContain('Sort the list first: rejected. slower');
  });

  it('gets edits as spans with the hash of the old text, in the line ends of the file', async () => {
    const { candidates: [candidate], note } = await propose((_, n) => [look('b'), verdict(true, ['e1']), candidates([{ old: '  let n = 0;\n  for', new: '  let n = 1;\n  for' }])][n] ?? {});
    expect(note).toBeNull();
    expect(candidate).toMatchObject({ proposer: 'model:m', title: 'change 0', findingId: 'f1', file: 'src/a.js', share: 0.6, language: 'javascript' });
    const edits = candidate?.change.kind === 'edits' ? candidate.change.edits : [];
    expect(applyEdits(source, edits, sha256)).toBe(source.replace('n = 0', 'n = 1'));
  });

  it('gets back once what does not apply, with the reason, and keeps what does', async () => {
    const { candidates: found, note } = await propose((_, n) => [verdict(true, ['e9']), verdict(true), candidates([{ old: 'let', new: 'var' }], [{ old: 'function slow(list)   {', new: 'x' }]), candidates([{ old: 'let m = 0;', new: 'let m = 1;' }], [{ file: 'src/a.test.js', old: 'test', new: '' }])][n] ?? {});
    expect(found.map(({ title }) => title)).toEqual(['change 0']);
    expect(note).toContain('src/a.test.js: must not be changed (protected by *.test.js)');
    expect(bodies()[1]).toContain('There are no results e9');
    expect(bodies()[3]).toMatch(/occurs 2 times, at lines 2, 4.*It stands at line 1 with other white space, exactly so/s);
  });

  it.each([
    ['a syntax error', { old: 'return n + m;', new: 'return n + (m;' }, 'has a syntax error'],
    ['a path outside', { file: '../x.js', old: 'a', new: 'b' }, 'leaves the repository'],
    ['a file that is not there', { file: 'src/b.js', old: 'a', new: 'b' }, 'there is no such file'],
    ['nothing', { old: 'let m', new: 'let m' }, 'changes nothing'],
  ])('never becomes a candidate with %s', async (_name, edit, why) => {
    const { candidates: found, note } = await propose((_, n) => (n === 0 ? verdict(true) : candidates([edit])));
    expect(found).toEqual([]);
    expect(note).toContain(why);
    expect(server?.received).toHaveLength(3);
  });

  it('may hold a word that is somebody\'s password, and escapes beside an address; never a mark of what was hidden', async () => {
    const env = { A_KEY: key, DB_PASSWORD: 'postgres' };
    const code = 'let m = 0; // postgres at http://a:80\n  // @see authorization = headers.get("x")';
    const over = { env, redactor: redactorOf(env, ['A_KEY']) };
    const { candidates: [candidate] } = await propose((_, n) => (n === 0 ? verdict(true) : candidates([{ old: 'let m = 0;', new: code }])), over);
    expect(candidate?.change.kind === 'edits' && applyEdits(source, candidate.change.edits, sha256)).toBe(source.replace('let m = 0;', code.replace('\n', '\r\n')));
    await server?.close();
    server = null;
    const { candidates: found, note } = await propose((_, n) => (n === 0 ? verdict(true) : candidates([{ old: 'let m = 0;', new: `let m = "${key}";` }])), { ...over, files: { journal: join(root, 'j2'), ledger: join(root, 'l2') } });
    expect(found).toEqual([]);
    expect(note).toContain('the new text holds [redacted A_KEY], which stands for what was hidden from you');
    expect(server).toMatchObject({ received: { length: 3 } });
  });

  it('ends in a note when the budget is used', async () => {
    const { verdict: judged, note } = await propose(() => verdict(true), { limits: { tokens: 20_000, money: null } });
    expect(judged).toMatchObject({ real: true });
    expect(note).toMatch(/the budget of 20000 tokens does not hold another call/);
  });
});
