import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Ledger } from '../../src/models/ledger.js';
import { priceTable } from '../../src/models/price-table.js';
import { costOf, priceOf } from '../../src/models/prices.js';
import { redactorOf } from '../../src/models/redact.js';

const none = { tokens: null, money: null };

function ledgerFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'perfloop-ledger-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'spending.jsonl');
}

it('prices a call by what was read, taken from the cache, put there and written', () => {
  const price = { input: 2, cached: 0.2, written: 2.5, output: 10 };
  // 1e6 * 2 + 2e6 * 0.2 + 4e6 * 2.5 + 1e5 * 10, by a million: 2 + 0.4 + 10 + 1.
  expect(costOf({ input: 1e6, cached: 2e6, written: 4e6, output: 1e5 }, price)).toBeCloseTo(13.4, 10);
  const long = { ...price, long: { above: 1000, input: 2, output: 1.5 } };
  expect(costOf({ input: 1000, cached: 0, written: 0, output: 100 }, long)).toBeCloseTo(0.003, 10);
  expect(costOf({ input: 1000, cached: 1, written: 0, output: 100 }, long)).toBeCloseTo((2 * 2000.2 + 1.5 * 1000) / 1e6, 10);
});

it('knows a price under dated names and with the maker before it; the user goes first; unknown is unknown', () => {
  const known = priceOf('gpt-5');
  expect(known).not.toBeNull();
  for (const name of ['gpt-5-2025-08-07', 'openai/gpt-5', 'gpt-5-latest']) expect(priceOf(name)).toEqual(known);
  expect(priceOf('claude-haiku-4-5-20251001')).toEqual(priceOf('claude-haiku-4-5'));
  expect(priceOf('gpt-5', { input: 1, output: 2 })).toEqual({ input: 1, cached: 1, written: 1, output: 2 });
  expect(priceOf('llama-of-mine')).toBeNull();
});

it('has a date, a source and sensible numbers in each row of the table, and no model twice', () => {
  expect(new Set(priceTable.map(({ model }) => model)).size).toBe(priceTable.length);
  for (const { model, read, source, input, cached, output } of priceTable) {
    expect(read, model).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(source, model).toMatch(/^https:\/\//);
    expect(cached, model).toBeLessThan(input);
    expect(output, model).toBeGreaterThan(input);
  }
});

it('refuses a call that what is used and under way leaves no room for', async () => {
  const ledger = await Ledger.of(ledgerFile());
  const limits = { tokens: 1000, money: 0.1 };
  const first = await ledger.begin('a', { tokens: 600, money: 0.01 }, limits);
  await expect(ledger.begin('b', { tokens: 500, money: 0.01 }, limits)).rejects.toMatchObject({ code: 'PL_BUDGET_SPENT', message: expect.stringContaining('600 are used or under way') });
  await first.settle({ tokens: 100, money: 0.002 });
  await first.settle({ tokens: 100, money: 0.002 });
  const second = await ledger.begin('b', { tokens: 500, money: 0.09 }, limits);
  await expect(ledger.begin('c', { tokens: 1, money: 0.02 }, limits)).rejects.toMatchObject({ code: 'PL_BUDGET_SPENT', message: expect.stringContaining('$0.1 ') });
  await second.settle({ tokens: 300, money: null });
  expect(ledger.totals).toEqual({ calls: 2, tokens: 400, money: 0.002, unpriced: 1 });
});

it('counts after a crash what was under way by its estimate, and reads past a torn line', async () => {
  const file = ledgerFile();
  // As a killed process leaves it: one call ended, one begun, a line torn.
  appendFileSync(file, '{"id":"x-1","what":"begin","by":"a","tokens":500,"money":0.5}\n{"id":"x-1","what":"end","tokens":10,"money":0.01}\n');
  appendFileSync(file, '{"id":"x-2","what":"begin","by":"a","tokens":70,"money":0.07}\n{"id":"x-3","wha');
  const ledger = await Ledger.of(file);
  expect(ledger.totals).toMatchObject({ calls: 2, tokens: 80 });
  const next = await ledger.begin('b', { tokens: 5, money: 0 }, none);
  await next.settle({ tokens: 5, money: 0 });
  expect(ledger.totals.tokens).toBe(85);
  expect(await Ledger.of(file)).toBe(ledger);
});

it('takes secrets out of texts and JSON: of the environment in each spelling, and what has the form of a key', () => {
  const env = { OPENAI_API_KEY: 'planted "value" 0123', MY_MODEL: 'planted-by-config-77', SHORT_TOKEN: 'abc', HOME: '/home/somebody' };
  const redactor = redactorOf(env, ['MY_MODEL']);
  const texts = [env.OPENAI_API_KEY, JSON.stringify({ a: env.OPENAI_API_KEY }), Buffer.from(env.OPENAI_API_KEY).toString('base64'), encodeURIComponent(env.OPENAI_API_KEY), `x${env.MY_MODEL}y`, `abc /home/somebody`];
  const redacted = texts.map((text) => redactor.text(`before ${text} after`));
  for (const text of redacted) expect(text).not.toMatch(/planted|0123|cGxhbnRlZ/);
  expect(redacted.at(-1)).toBe('before abc /home/somebody after');
  expect(redacted[0]).toBe('before [redacted OPENAI_API_KEY] after');
  const forms = ['sk-ant-api03-abcdefghijklmnop', 'ghp_abcdefghijklmnopqrstuvwx', 'AKIAABCDEFGHIJKLMNOP', 'Authorization: Bearer abcdefghijkl', '"x-api-key": "abcdefghijkl"', 'https://user:hunter22@host/x', '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----'];
  for (const form of forms) expect(redactor.text(form), form).toMatch(/redacted/);
  expect(forms.map((form) => redactor.text(form)).join(' ')).not.toMatch(/abcdefgh|ABCDEFGH|hunter22|MIIabc/);
  expect(redactor.json({ [env.MY_MODEL]: [1, null, env.OPENAI_API_KEY], task: 'skip sk-learn' })).toEqual({ '[redacted MY_MODEL]': [1, null, '[redacted OPENAI_API_KEY]'], task: 'skip sk-learn' });
});
