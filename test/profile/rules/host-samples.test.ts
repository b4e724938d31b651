import { expect, it } from 'vitest';
import { analyzeProfile } from '../../../src/profile/rules/analyze.js';
import { causeOf } from '../../../src/profile/rules/host/cause.js';
import { wilsonLower } from '../../../src/profile/rules/host/samples.js';
import { Asked } from '../../../src/profile/rules/asked.js';
import { hotFunctions } from '../../../src/profile/tools/hot-functions.js';
import { profiled } from '../made-profile.js';

/** So many samples of a stack, of a millisecond each. */
const taken = (stack: string, count: number): [string, number][] => Array.from({ length: count }, () => [stack, 1]);
const analyzed = async (...stacks: [string, number][]) => analyzeProfile(await profiled(...stacks), { file: 'made', repo: null });

it('does not judge a profile of a few samples', async () => {
  const { findings, abstained, quiet } = await analyzed(...taken('work@a.js:3', 12), ...taken('other@a.js:9', 3));
  expect(findings).toEqual([]);
  expect(quiet).not.toContain('H1-hot-function');
  expect(abstained).toContainEqual({ rule: 'H1-hot-function', reason: expect.stringContaining('only 15 samples') as string });
});

it('does not take one long sample for a hot function', async () => {
  const { findings } = await analyzed(['hiccup@a.js:3', 40], ...taken('(program)', 60));
  expect(findings).toEqual([]);
});

it.each([[15, 'low', 'medium'], [50, 'medium', 'high'], [300, 'high', 'high']] as const)('is as sure as its %i samples', async (count, confidence, severity) => {
  const { findings } = await analyzed(...taken('read@a.js:3 > readFileSync@core/fs:9', count), ...taken('(program)', Math.ceil(count / 2)));
  expect(findings.map(({ rule }) => rule)).toEqual(['H4-blocking-calls']);
  expect(findings[0]).toMatchObject({ confidence, severity });
  expect(findings[0]?.evidence[0]?.text).toContain(`${count} of ${count + Math.ceil(count / 2)} samples`);
});

it('needs the lower end of the interval above the threshold (values of Wilson\'s interval for 10 of 100 and 0 of 10)', async () => {
  expect(wilsonLower({ count: 10, all: 100 })).toBeCloseTo(0.0552, 4);
  expect(wilsonLower({ count: 0, all: 10 })).toBeCloseTo(0, 10);
  expect((await analyzed(...taken('near@a.js:3', 11), ...taken('(program)', 89))).findings).toEqual([]);
});

it('tells a call by what the function itself called, past the helpers in it', async () => {
  const { findings } = await analyzed(...taken('all@a.js:3 > readFileSync@core/fs:9 > tryCreateBuffer@core/fs:4', 40), ...taken('all@a.js:3 > readFileSync@core/fs:9 > open', 40), ...taken('all@a.js:3', 20));
  expect(findings.map(({ rule, function: name }) => [rule, name])).toEqual([['H4-blocking-calls', 'all']]);
  expect(findings[0]?.evidence[0]?.text).toContain('readFileSync 80.0%');
});

const hot = { frame: 1, function: 'f', file: 'a.js', line: 1, column: null, selfShare: 0.5, ownShare: 0.5, totalShare: 0.5, collectorShare: 0, selfMs: 500, totalMs: 500, calls: null, hotLines: [] };

it('takes waiting in Atomics.wait for no hot algorithm', () => {
  expect(causeOf({ hot, via: [], lines: [{ line: 1, share: 0.5, text: 'Atomics.wait(new Int32Array(buffer), 0, 0, 1500);' }] }).rule).toBe('H5-lock-contention');
});

it('says that a search may be of a list or of a text, and is not sure', async () => {
  const { findings } = await analyzed(...taken('scan@a.js:1 > includes', 200), ...taken('(program)', 20));
  expect(findings[0]).toMatchObject({ rule: 'H1-list-search', confidence: 'medium' });
  expect(findings[0]?.title).toContain('a list or a text');
});

it('leaves out hot lines beyond the end of the file', async () => {
  const db = await profiled(...taken('scan@a.js:4', 200));
  const [found] = hotFunctions(db, { root: '/repo', ignore: [], minShare: 0, top: 1 });
  if (found === undefined) throw new Error('nothing hot');
  const asked = new Asked(db, 'made', '/repo');
  asked.sources = new Map([['a.js', ['', '', '', 'function scan() {', '}', '']]]);
  const facts = asked.factsOf({ ...found, hotLines: [{ line: 4, share: 0.4 }, { line: 133, share: 0.3 }, { line: 2, share: 0.2 }] });
  expect(facts.hot.hotLines).toEqual([{ line: 4, share: 0.4 }]);
  expect(facts.lines.map(({ line }) => line)).toEqual([4]);
});
