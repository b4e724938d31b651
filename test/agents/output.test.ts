import { describe, expect, it } from 'vitest';
import { noUsage } from '../../src/core/agent/attempt.js';
import { readOutput, titleOf } from '../../src/agents/output.js';

const lines = (...events: object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

describe('what an agent printed', () => {
  it('codex: the last message, and the tokens of all turns', () => {
    const turn = { type: 'turn.completed', usage: { input_tokens: 2000, cached_input_tokens: 800, output_tokens: 100, reasoning_output_tokens: 20 } };
    const message = (text: string): object => ({ type: 'item.completed', item: { id: 'item_1', type: 'agent_message', text } });
    expect(readOutput('codex', lines({ type: 'thread.started' }, message('I look'), turn, message('A set\nLess work'), turn))).toEqual({ message: 'A set\nLess work', usage: { ...noUsage, inputTokens: 4000, cachedTokens: 1600, outputTokens: 200 }, error: null });
  });

  it('codex: why a turn failed', () => {
    const output = lines({ type: 'thread.started' }, { type: 'item.completed', item: { type: 'error', message: 'no metadata' } }, { type: 'error', message: 'once more' }, { type: 'turn.failed', error: { message: 'unexpected status 401 Unauthorized' } });
    expect(readOutput('codex', output)).toMatchObject({ error: 'unexpected status 401 Unauthorized', usage: noUsage });
  });

  it('claude: the result with tokens, those of the cache included, and its cost', () => {
    const result = { type: 'result', subtype: 'success', is_error: false, result: 'A set', total_cost_usd: 0.0258, usage: { input_tokens: 3000, cache_creation_input_tokens: 100, cache_read_input_tokens: 1200, output_tokens: 150 } };
    expect(readOutput('claude', lines({ type: 'system', subtype: 'init' }, result))).toEqual({ message: 'A set', usage: { inputTokens: 4300, cachedTokens: 1200, outputTokens: 150, usd: 0.0258, credits: null }, error: null });
    expect(readOutput('claude', lines({ ...result, is_error: true, result: 'Not logged in' }))).toMatchObject({ message: '', error: 'Not logged in' });
  });

  it('kiro-cli: the answer without colours, and its credits', () => {
    const output = '\u001B[36mReading src/a.js\u001B[0m\n\u001B[38;5;141m> \u001B[0mA set\nLess work\n\n ▸ Credits: 0.25 • Time: 12s\n';
    expect(readOutput('kiro-cli', output)).toEqual({ message: 'A set\nLess work', usage: { ...noUsage, credits: 0.25 }, error: null });
  });

  it('any program: all of it; or the events of an agent that is known', () => {
    expect(readOutput('command', ' A set\nLess work\n')).toEqual({ message: 'A set\nLess work', usage: noUsage, error: null });
    expect(readOutput('command', lines({ type: 'result', result: 'A set', usage: { input_tokens: 1, output_tokens: 2 } }))).toMatchObject({ message: 'A set', usage: { inputTokens: 1, outputTokens: 2 } });
  });

  it.each(['', '{', '{"type":3}', '{"type":"result"}', '{"type":"turn.completed","usage":{"input_tokens":"many","output_tokens":-1}}', 'null\n[]\n'])('%j breaks nothing', (output) => {
    for (const kind of ['codex', 'claude', 'kiro-cli', 'command'] as const) expect(readOutput(kind, output).usage).toEqual(noUsage);
  });
});

it('the title is the first line, short and plain', () => {
  expect(titleOf('## **Look up in a set**\n\nBecause.', 'none')).toEqual({ title: 'Look up in a set', rationale: 'Because.' });
  expect(titleOf(`Title: ${'x'.repeat(300)}`, 'none').title).toBe(`${'x'.repeat(99)}…`);
  expect(titleOf(' \n', 'A change by codex').title).toBe('A change by codex');
  expect(titleOf('a\u001B[31mred\u0007', '').title).toBe('a[31mred');
});
