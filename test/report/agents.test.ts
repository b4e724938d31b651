import { expect, it } from 'vitest';
import { withCost } from '../../src/agents/cost.js';
import { printShow } from '../../src/client/print/show.js';
import { plain } from '../../src/client/style.js';
import { noUsage, type AgentAttempt } from '../../src/core/agent/attempt.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { reportHtml } from '../../src/report/html/page.js';
import { loadReport } from '../../src/report/load.js';
import { reportMarkdown } from '../../src/report/markdown.js';
import { sampleRun } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

const record = { sha: 'b'.repeat(64), bytes: 10, kind: 'json' as const };
const agents: AgentAttempt[] = [
  { id: 'r1-codex-1', round: 1, agent: 'codex', unsafe: true, outcome: 'passed', text: 'Look words up in a set', iterations: 3, usage: { inputTokens: 24_310, cachedTokens: 18_200, outputTokens: 1204, usd: 0.03124, credits: null }, record },
  { id: 'r1-own-1', round: 1, agent: 'own', unsafe: false, outcome: 'tests-failed', text: 'The tests fail: <b>3</b> of | many\nand more', iterations: 1, usage: noUsage, record },
];

it('show and both reports say what agents tried, what it cost, and which of them were allowed everything', async () => {
  await withStore(async (artifacts) => {
    const status = { ...(await sampleRun(artifacts)), agents };
    const shown = printShow({ status, branch: 'b' }, plain);
    expect(shown).toContain('r1-codex-1  build and tests pass: Look words up in a set\n    3 iterations, 24,310 tokens read (18,200 from a cache), 1,204 written, $0.0312, without confirmations and a sandbox of its own');
    expect(shown).toContain('r1-own-1  fails the tests: The tests fail: <b>3</b> of | many\n    1 iteration\n');
    const data = await loadReport({ status, artifacts });
    const markdown = reportMarkdown(data);
    expect(markdown).toContain('| r1-codex-1 | build and tests pass: Look words up in a set | 3 iterations, 24,310 tokens read (18,200 from a cache), 1,204 written, $0.0312 | **without confirmations and a sandbox of its own** |');
    expect(markdown).toMatch(/\| r1-own-1 \| fails the tests: The tests fail: [^<]*3[^<]* of \\\| many \| 1 iteration \| with its own safety \|/);
    const html = reportHtml(data);
    expect(html).toContain('<th scope="row">r1-codex-1</th><td>build and tests pass: Look words up in a set</td>');
    expect(html).toContain('The tests fail: &lt;b&gt;3&lt;/b&gt; of | many</td>');
  });
});

it('tokens of a model that the price table knows cost something; what the agent says goes before it', () => {
  const agent = (text: string) => parseConfig(`[agents.a]\nkind = "codex"\n${text}`, 'perfloop.toml').agents['a'];
  const usage = { ...noUsage, inputTokens: 1_000_000, cachedTokens: 500_000, outputTokens: 100_000 };
  const known = agent('model = "claude-sonnet-4-5"');
  if (known === undefined) throw new Error('no agent');
  // 0.5 million at $3, 0.5 at $0.30 and 0.1 at $15.
  expect(withCost(usage, known).usd).toBeCloseTo(3.15);
  expect(withCost({ ...usage, usd: 1 }, known).usd).toBe(1);
  expect(withCost(noUsage, known).usd).toBeNull();
  expect(withCost(usage, { ...known, model: 'nobody-knows-it' }).usd).toBeNull();
});
