import { expect, it } from 'vitest';
import { questionFacts } from '../../../src/core/run/question-facts.js';
import { sampleStatus, sampleTrial } from '../../client/sample-status.js';

const { candidate } = sampleTrial();
const facts = (...given: Parameters<typeof questionFacts>): Record<string, string> => Object.fromEntries(questionFacts(...given).map(({ name, text }) => [name, text]));

it('of a draft: its title, what it changes, the verdict of its trial, and what to look at', () => {
  const judged = sampleStatus({ trials: [sampleTrial({ id: 'r1-7', flags: [{ code: 'cache', file: 'a.js', line: 3, text: 'const c = new Map()', why: 'it keeps what one call worked out' }] })] });
  expect(facts(judged, { candidate, stat: ' a.js | 2 +-\n 1 file changed', trial: 'r1-7' })).toEqual({
    draft: `${candidate.title} (by recipes)`,
    changes: ' a.js | 2 +-\n 1 file changed',
    verdict: 'accepted, 1.420x (95% interval 39.1 to 44.7%): faster than asked, confirmed on rebuilt worktrees',
    'look at': 'cache a.js:3',
  });
});

it('says that a draft was not judged, and leaves out changes that nobody could read', () => {
  expect(facts(sampleStatus(), { candidate, stat: '', trial: undefined })).toEqual({ draft: `${candidate.title} (by recipes)`, verdict: 'nobody has judged it yet' });
});

it('without a draft: what was accepted so far', () => {
  expect(facts(sampleStatus(), null)['so far']).toMatch(/^1 accepted, 42\.0% faster than the base: 1\.420x \(95% interval 39\.1 to 44\.7%\), 3fa2c11000$/);
  expect(facts(sampleStatus({ accepted: 0, speedup: null }), null)).toEqual({ 'so far': 'nothing was accepted' });
});

it('the last benchmark, a line for each metric, beside what it is compared with', () => {
  const benchmark = { reading: { metrics: { QPS: 1234.5678, build: 40 } }, baseline: { metrics: { QPS: 1000 } }, best: null, last: null, gain: { baseline: { QPS: 0.234, build: null }, best: null, last: { QPS: -0.05, build: 0 } } };
  expect(facts(sampleStatus({ benchmark }), null)['benchmark']).toBe('QPS 1234.57 (23.4% better than the baseline, 5.0% worse than the last)\nbuild 40 (as the last)');
});

it('a text without end is cut', () => {
  const { changes = '' } = facts(sampleStatus(), { candidate, stat: 'x'.repeat(100_000), trial: undefined });
  expect(changes.length).toBeLessThan(4000);
});
