import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunStatus } from '../../src/core/status.js';
import type { ReasonCode, Verdict } from '../../src/core/verdict/verdict.js';
import { metricRules } from '../../src/core/verdict/metrics.js';
import type { ReportData } from '../../src/report/data.js';
import { commentMarker, errorComment, judgeComment } from '../../src/report/judge-comment.js';
import { loadReport } from '../../src/report/load.js';
import { reportMarkdown } from '../../src/report/markdown.js';
import { metricConfig } from '../core/verdict/pairs.js';
import { rendered, skeleton, textOf } from './support/gfm.js';
import { judgement } from './support/judgement.js';
import { simulateTrial } from './support/sample-pairs.js';
import { hostname, rule } from './support/sample-run.js';
import { withStore } from './support/temporary-store.js';

async function dataOf(change: (status: RunStatus) => RunStatus = (status) => status, gain?: number): Promise<ReportData> {
  return await withStore(async (artifacts) => loadReport({ status: change(await judgement(artifacts, gain)), artifacts }));
}

const withVerdict = (data: ReportData, verdict: Verdict): ReportData => ({ ...data, trials: data.trials.map((trial) => ({ ...trial, summary: { ...trial.summary, verdict } })) });
const refused = (code: ReasonCode, text: string): Verdict => ({ kind: 'rejected', measured: null, reasons: [{ code, text }] });

describe('the comment of a judgement', () => {
  it('begins with a marker, the verdict and a sentence', async () => {
    const [marker, , title, , sentence] = judgeComment(await dataOf()).split('\n');
    expect(marker).toBe('<!-- perfloop judge lib -->');
    expect(title).toBe('### perfloop: accepted');
    expect(sentence).toMatch(/^\*\*Faster\.\*\* faster-parse is \d+\.\d% faster than its base `8f3a2c10b7`: 1\.\d{3}x \(95% interval 1\.\d{3}x to 1\.\d{3}x, \d+ pairs\)\. That is more than the 2\.0% that were asked for, confirmed on one fresh build of each side\.$/);
  });

  it('has a row for the metric, the reasons, the cost, the machine, and the commands folded away', async () => {
    const text = textOf(rendered(judgeComment(await dataOf())));
    expect(text).toMatch(/ops\n[\d,]+ ops\/s\n[\d,]+ ops\/s\n1\.\d{3}x\n1\.\d{3}x to 1\.\d{3}x\n\d+\ndecides/);
    expect(text).toMatch(/^faster: confirmed: /m);
    expect(text).toMatch(/^Cost: \d+ samples in 4 min 28 s, one sample spreads 3\.0%; .* On AMD EPYC 7B13, 2 cores, load 0\.4 at the start\. Run j-7x2m4k5p\.$/m);
    expect(text).toContain('Measured on\nAMD EPYC 7B13 (kind cpu), 3f2a1b4c5d6e/cpu');
    expect(text).not.toContain(hostname);
    expect(text).toMatch(/confirmation\n\d+\n1\n1\.\d{3}x\n.*\n.*\n.*\n.*\npassed/);
    expect(text).toContain("perfloop judge --repo . --base 8f3a2c10b7");
    expect(text).toContain('perfloop verdict j-7x2m4k5p');
  });

  it('is what the report of a judgement has as its Markdown', async () => {
    const data = await dataOf();
    expect(reportMarkdown(data)).toBe(judgeComment(data));
  });

  it.each([
    [refused('tests-failed', 'it failed'), '**Refused before its speed counted.** faster-parse against its base'],
    [{ kind: 'inconclusive', measured: { ratio: 1, ci95: [0, Number.MAX_VALUE], pairs: 0, samples: 4, delta: 0.02 }, reasons: [{ code: 'budget', text: 'too little' }] }, '**No answer.** faster-parse against its base'],
    [{ kind: 'quarantined', measured: { ratio: 40, ci95: [39, 41], pairs: 9, samples: 26, delta: 0.02 }, reasons: [{ code: 'too-fast', text: 'too good' }] }, '**A person has to look.** faster-parse measured 40.0 times as fast as its base'],
    [{ kind: 'rejected', measured: { ratio: 1.3, ci95: [1.2, 1.4], pairs: 9, samples: 26, delta: 0.02 }, reasons: [{ code: 'guard-worse', text: 'memory' }] }, '**Rejected.** faster-parse measured 30.0% faster than its base'],
  ] satisfies [Verdict, string][])('says %o in a sentence', async (verdict, sentence) => {
    expect(judgeComment(withVerdict(await dataOf(), verdict))).toContain(sentence);
  });

  it('says that a change of nothing is not shown to be faster', async () => {
    const text = judgeComment(await dataOf(undefined, 0));
    expect(text).toContain('### perfloop: rejected');
    expect(text).toMatch(/\*\*Not shown to be faster\.\*\* faster-parse measured .* A gain of more than 2\.0% was asked for\.\n/);
  });

  it('shows every reason, fact and warning that there is, known or not, and the log below one', async () => {
    const data = await dataOf((status) => ({ ...status, warnings: ['the sandbox is off'], tests: { passed: 31, failed: 0, skipped: 2, source: 'pytest report' } }));
    const verdict: Verdict = { ...refused('of-the-future' as ReasonCode, 'something new\nline one of the log\nline two'), facts: [{ code: 'another' as never, text: 'CPU time fell' }] };
    const told = withVerdict({ ...data, trials: data.trials.map((trial) => ({ ...trial, summary: { ...trial.summary, checked: [{ text: 'The output is the same.', seeds: [] }], flags: [{ code: 'cache', file: 'src/a.js', line: 3, text: 'const memo = new Map();', why: 'It keeps results.' }] } })) }, verdict);
    const text = textOf(rendered(judgeComment(told)));
    for (const line of ['of-the-future: something new', 'another: CPU time fell', 'flag cache at src/a.js:3: It keeps results. The line: const memo = new Map();', 'checked: The output is the same.', 'tests of the base: 31 tests passed, 2 skipped (pytest report)', 'Warning: the sandbox is off', 'line one of the log\nline two']) expect(text).toContain(line);
  });

  it('has a row for each of several benchmarks, their mean, and what was executed', async () => {
    const benchmarks = [{ name: 'parse', run: 'node p.js' }, { name: 'print', run: 'node q.js' }];
    const metrics = metricRules([metricConfig({ name: 'ops', benchmark: 'print', pattern: '(o)', goal: 'max' })], benchmarks);
    const sequential = { ...rule, metrics };
    const { pairs, verdict } = simulateTrial({ seed: 'several', gain: 0.2, prints: (ms) => ({ ops: 9e4 / ms }), parts: (ms) => ({ parse: ms / 3, print: ms / 1.5 }) }, sequential);
    const data = await dataOf((status) => ({ ...status, evidence: { ...status.evidence!, benchmarks } }));
    const text = textOf(rendered(judgeComment(withVerdict({ ...data, trials: data.trials.map((trial) => ({ ...trial, pairs: { kind: 'there', value: pairs }, rule: sequential })) }, verdict))));
    expect(verdict.kind).toBe('accepted');
    expect(text).toMatch(/^parse\n.* ms\n.* ms\n1\.2\d\dx\n[^\n]*\n\d+\ncounts in the mean; guard, kept: 5\.0% worse is allowed$/m);
    expect(text).toMatch(/^print: ops\n/m);
    expect(text).toMatch(/^all, weighted mean\n\n\n1\.2\d\dx\n/m);
    expect(text).toContain('# parse\nnode p.js\n# print\nnode q.js');
  });

  it('says of a judgement that failed what to do', async () => {
    const data = await dataOf((status) => ({ ...status, trials: [], state: 'failed', error: { code: 'PL_BASE_RED', message: 'the test command failed\nAssertionError: 1 != 2', where: 'commands.test', fix: 'Make it pass.' } }));
    const text = textOf(rendered(judgeComment(data)));
    expect(text).toContain('perfloop: no verdict');
    expect(text).toMatch(/PL_BASE_RED: the test command failed\nAssertionError: 1 != 2\n\nAt: commands\.test\nWhat to do: Make it pass\./);
    expect(errorComment({ code: 'PL_NO_CONFIG', message: 'there is none', problems: ['one', 'two'] }, 'lib')).toContain('```text\none\ntwo\n```');
  });

  it('fits into a comment, whatever it has to say', async () => {
    const many = Array.from({ length: 400 }, (_, index) => `${index} ${'@'.repeat(3000)}`);
    const data = await dataOf((status) => ({ ...status, warnings: many }));
    const verdict: Verdict = { kind: 'rejected', measured: null, reasons: many.map((text) => ({ code: 'output-differs', text: `${text}\n${text}` })) };
    expect(judgeComment(withVerdict(data, verdict)).length).toBeLessThan(65_536);
  });
});

describe('texts of others in the comment', () => {
  const nasty = ['</details><script>alert(1)</script>', '<img src=x onerror=alert(1)>', '-->', '<!--', '```\n# Title', '| a | b |', '@org/team fixes #12 GH-7', '[x](javascript:alert(1))', '![](https://evil.example/p.png)', 'https://evil.example www.evil.example a@evil.example', '# Title', '- item', '1. one', '===', '\\', '\\|', '`` ` ``', '&lt;b&gt;', '\u202e\u0000\r\n', '~~gone~~', '<details open><summary>', '$x$', '[^1]: note', 'setext\n---', '\t'];
  const hostile = fc.array(fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 12 }), fc.constantFrom('\n', ' ', '|', '`', '*', '_', '<', '>', '&', '[', ']', '(', ')', '!', '#', '\\')), { maxLength: 12 }).map((parts) => parts.join(''));

  /** The same comment with this in place of every text that is not ours. */
  function told(data: ReportData, text: string): string {
    const { status } = data;
    const hostileStatus: RunStatus = {
      ...status,
      target: { ...status.target, name: text, origin: `/tmp/${text}` },
      warnings: [text, `${text} again`],
      tests: { passed: 1, failed: 0, skipped: 0, source: text },
      evidence: { ...status.evidence!, benchmark: text },
    };
    const verdict: Verdict = { kind: 'rejected', measured: null, reasons: [{ code: 'tests-failed', text: `${text.replaceAll('\n', ' ')}\nlog ${text}` }, { code: text as ReasonCode, text: text.replaceAll('\n', ' ') }] };
    const environment = data.environment.kind === 'there' ? { ...data.environment, value: { ...data.environment.value, cpu: { ...data.environment.value.cpu, model: text }, versions: { tool: text } } } : data.environment;
    const trials = data.trials.map((trial) => ({ ...trial, rule: trial.rule && { ...trial.rule, metrics: trial.rule.metrics.map((metric) => ({ ...metric, benchmark: text, unit: text.slice(0, 20) })) }, summary: { ...trial.summary, verdict, candidate: { ...trial.summary.candidate, title: text, id: text }, checked: [{ text: text.replaceAll('\n', ' '), seeds: [] }], flags: [{ code: 'cache' as const, file: text, line: 3, text: `x${text}`, why: text }] } }));
    return judgeComment({ ...data, status: hostileStatus, environment, benchmark: text, trials, metrics: data.metrics && data.metrics.map((metric) => ({ ...metric, pattern: text, source: 'regex' })) });
  }

  it('never change its shape: no tag, no link, no mention, no cell, no heading of their own', async () => {
    const data = await dataOf();
    const plain = skeleton(rendered(told(data, 'plain')));
    fc.assert(fc.property(hostile, (text) => {
      const html = rendered(told(data, text));
      expect(skeleton(html)).toEqual(plain);
      // A forge makes links of these wherever they do not stand in code.
      const outside = html.replaceAll(/<!--.*?-->|<pre>.*?<\/pre>|<code>.*?<\/code>/gs, '');
      expect(outside).not.toMatch(/@\w|(?<!&)#\w|:\/\/|www\.|\bGH-\d/i);
    }), { numRuns: 100, seed: 11 });
  });

  it('still say what they said', async () => {
    const data = await dataOf();
    for (const text of ['a <b> & "c" | `d` *e* _f_', 'x\\y \\| z', '100% ~ [1] (2) {3} $4$']) {
      expect(textOf(rendered(told(data, text)))).toContain(`Warning: ${text}`);
    }
  });

  it('cannot end or forge the marker', () => {
    expect(commentMarker('a --> <!-- b')).toBe('<!-- perfloop judge a-b -->');
    expect(commentMarker('x'.repeat(500)).length).toBeLessThan(120);
  });
});
