import { describe, expect, it } from 'vitest';
import { judge } from '../../src/client/verbs/judge.js';
import type { RunStatus } from '../../src/core/status.js';
import { makeTarget, sharedEngine } from './shared.js';
import { trialOf, verdictOf } from './runs.js';
import { scoreScript, type Target } from './target.js';

// Functions of a target, compared case by case between champion and candidate: what is wrong is refused before it is measured.

const engine = sharedEngine();

const slowJs = 'exports.unique = (items) => items.filter((item, index) => items.indexOf(item) === index);\n';
const slowPython = 'def total(items):\n    result = 0.0\n    for item in items:\n        result = result + item\n    return [result]\n';
const fixed = '[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\nnoise_pairs = 4\n[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n';

const repository = (cases: string, files: Record<string, string> = {}): Target =>
  makeTarget(() => ({ 'src/work.js': 'const ms = 60;\n', 'bench/score.sh': scoreScript, 'lib/unique.js': slowJs, 'pkg/sums.py': slowPython, 'perfloop.toml': `[commands]\nbenchmark = "sh bench/score.sh"\n${cases}${fixed}`, ...files }));

async function judged(target: Target): Promise<RunStatus> {
  const { status } = await judge(engine.context, { repo: target.dir, base: 'main', candidate: 'WORKTREE' });
  if (status === null) throw new Error('it was left');
  return status;
}

describe('functions of two languages', () => {
  const target = repository(`[[cases]]\nentry = "lib/unique.js#unique"\nargs = ["list[int]"]\ncount = 40\n[[cases]]\nentry = "pkg/sums.py:total"\ninputs = "bench/cases.py"\ncount = 20\ntolerance = 1e-12\nabsolute = 1e-12\n[[cases]]\nentry = "lib/box.js#box"\nargs = ["int"]\ncount = 5\n`, {
    'lib/box.js': 'class Box {\n  #item;\n  constructor(item) {\n    this.#item = item;\n  }\n}\nexports.box = (item) => new Box(item);\n',
    'bench/cases.py': 'import random\ndef cases(seed, count):\n    made = random.Random(seed)\n    return [[[made.uniform(-1, 1) for _ in range(index)]] for index in range(count)]\n',
  });
  const sound = { 'src/work.js': 'const ms = 20;\n', 'lib/unique.js': 'exports.unique = (items) => [...new Set(items)];\n', 'pkg/sums.py': 'def total(items):\n    return [sum(reversed(items), 0.0)]\n' };

  it('accept a sound optimisation, and the report says by what it was checked', async () => {
    target.write(sound);
    const status = await judged(target);
    const trial = trialOf(status, 'candidate');
    expect(verdictOf(trial)).toBe('accepted faster');
    const checked = trial.checked?.filter(({ text }) => text.includes('cases of 4 calls'));
    expect(checked?.map(({ text }) => text)).toEqual(['lib/unique.js#unique: 40 cases of 4 calls each, the same values, exceptions and arguments afterwards', 'pkg/sums.py:total: 20 cases of 4 calls each, the same values, exceptions and arguments afterwards', 'lib/box.js#box: 5 cases of 4 calls each, the same values, exceptions and arguments afterwards; not compared, since it cannot be seen: what these hold within: class Box']);
    expect(checked?.[0]?.seeds).toEqual([expect.stringMatching(/^\d{10}$/)]);
    expect(status.warnings).toContain('No test command is configured: nothing but the benchmark and the comparison of outputs say whether a candidate is correct.');
  });

  it.each([
    ['a constant', { 'lib/unique.js': 'exports.unique = () => [1, 2, 3];\n' }, /^lib\/unique\.js#unique does something else than on the champion: unique\(/],
    ['a cache by identity', { 'lib/unique.js': 'const cache = new WeakMap();\nexports.unique = (items) => {\n  if (!cache.has(items)) cache.set(items, [...new Set(items)]);\n  return [...cache.get(items)];\n};\n' }, /a call with the same argument objects, their contents replaced: the returned value/],
    ['a change of the argument', { 'lib/unique.js': 'exports.unique = (items) => {\n  items.sort((a, b) => a - b);\n  return [...new Set(items)];\n};\n' }, /the returned value|afterwards argument 1/],
    ['a lazy generator', { 'pkg/sums.py': 'def total(items):\n    yield sum(items, 0.0)\n' }, /\(list\) became generator/],
    ['a loss of precision', { 'pkg/sums.py': 'from array import array\ndef total(items):\n    return [sum(array("f", items), 0.0)]\n' }, /the returned value at \[0\]: -?[\d.e-]+ became/],
  ])('refuse %s', async (_name, files, text) => {
    target.write({ ...sound, ...files });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('rejected output-differs');
    expect(trial.verdict?.reasons[0]?.text).toMatch(text);
    expect(trial.samples).toBeNull();
  });

  it('lay the generator of the base over a candidate that changes it', async () => {
    target.write({ ...sound, 'pkg/sums.py': 'def total(items):\n    return [0.0]\n', 'bench/cases.py': 'def cases(seed, count):\n    return [[[]] for _ in range(count)]\n' });
    const status = await judged(target);
    expect(verdictOf(trialOf(status, 'candidate'))).toBe('rejected output-differs');
    expect(status.warnings).toContainEqual(expect.stringContaining("Measured and tested with the base's version of bench/cases.py"));
  });
});

describe('a function that is not the same twice', () => {
  const target = repository('[[cases]]\nentry = "lib/unique.js#unique"\nargs = ["int"]\n', { 'lib/unique.js': 'exports.unique = (item) => item + Math.random();\n' });

  it('is refused at the base, with its place', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    const status = await judged(target);
    expect(status.error).toMatchObject({ code: 'PL_CHECK_UNUSABLE', where: 'cases' });
    expect(status.error?.message).toMatch(/lib\/unique\.js#unique does something else than on the champion: unique\(.*: the returned value: /);
  });
});

describe('a generator outside of the usual folders', () => {
  const target = repository('[[cases]]\nentry = "lib/unique.js#unique"\ninputs = "lib/made.js"\n', { 'lib/made.js': 'exports.cases = (seed, count) => Array.from({ length: count }, (_, index) => [[index, index, seed % (index + 1)]]);\n' });

  it('is protected because the cases use it', async () => {
    target.write({ 'lib/made.js': 'exports.cases = () => [[[]]];\n' });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('rejected protected');
    expect(trial.verdict?.reasons[0]?.text).toContain('lib/made.js (the check command runs it)');
  });
});
