import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/core/config/parse.js';
import type { Pair, Sample } from '../../../src/core/sample.js';
import { ruleFrom } from '../../../src/core/verdict/rule.js';
import { openIn } from '../../../src/core/watch/open-in.js';
import { configOfQuestion, questionNamed, questionsOf } from '../../../src/core/watch/question.js';

const config = parseConfig(`
[commands]
benchmark = "bench"
test = "test"
check = "check"
[[metrics]]
name = "score"
pattern = "score: ([0-9]+)"
goal = "max"
primary = true
[[metrics]]
name = "bytes"
pattern = "bytes: ([0-9]+)"
max_regression = 0.1
floor = 1
`, 'perfloop.toml');
const questions = questionsOf(config);

/** Sides as in a judgement that is exchanged: a is the newer one. */
function pairs(newer: { score: number; bytes: number }, older: { score: number; bytes: number }): Pair[] {
  const sample = (metrics: { score: number; bytes: number }): Sample => ({ ok: true, wallMs: 10, metrics }) as unknown as Sample;
  return Array.from({ length: 4 }, (_, index) => ({ stage: 'screen', index, order: index % 2 === 0 ? 'ab' : 'ba', a: sample(newer), b: sample(older), load: 0, at: 0 }));
}

describe('the questions of a look', () => {
  const [score, bytes] = questions;

  test('are one about what decides, and one about each metric that must not get worse', () => {
    expect(questions).toEqual([{ metric: null, allowed: 0.02 }, { metric: 'bytes', allowed: 0.1 }]);
    expect(questionNamed(config, 'bytes')).toEqual(bytes);
    expect(() => questionNamed(config, 'score')).toThrow(/no metric that must not get worse is called score/);
  });

  test('make the metric that is asked about the one that decides, by its own limit, and what is not compared is left out', () => {
    const asked = configOfQuestion(config, { metric: 'bytes', allowed: 0.1 });
    expect(asked.metrics.map(({ name, primary, floor }) => [name, primary, floor])).toEqual([['score', false, undefined], ['bytes', true, undefined]]);
    expect([asked.verdict.min_gain, asked.commands.check, asked.commands.test?.run, asked.check.benchmark]).toEqual([0.1, undefined, 'test', 'off']);
  });

  const rule = ruleFrom(configOfQuestion(config, score ?? { metric: null, allowed: 0 }), { spread: 0.001, bias: 0, biasLower95: 0, pairs: 8, secondsPerSample: 0.1 });
  const left = (newer: { score: number; bytes: number }, older: { score: number; bytes: number }): unknown => openIn(pairs(newer, older), rule, questions.slice(1), 0.02);

  test.each([
    ['nothing has changed', { score: 100, bytes: 50 }, { score: 100, bytes: 50 }, { questions: [], gain: false }],
    ['more bytes, within the limit', { score: 100, bytes: 52 }, { score: 100, bytes: 50 }, { questions: [], gain: false }],
    ['more bytes, beyond it', { score: 100, bytes: 60 }, { score: 100, bytes: 50 }, { questions: [bytes], gain: false }],
    ['fewer bytes', { score: 100, bytes: 40 }, { score: 100, bytes: 50 }, { questions: [], gain: false }],
    ['a better score', { score: 120, bytes: 50 }, { score: 100, bytes: 50 }, { questions: [], gain: true }],
    ['a worse score', { score: 80, bytes: 50 }, { score: 100, bytes: 50 }, { questions: [], gain: false }],
  ])('are left open where samples do not drop them: %s', (_, newer, older, expected) => expect(left(newer, older)).toEqual(expected));
});
