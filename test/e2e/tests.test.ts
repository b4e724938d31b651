import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/client/verbs/judge.js';
import type { RunStatus } from '../../src/core/status.js';
import { cli, jsonOf } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { trialOf, verdictOf } from './runs.js';
import { scoreScript, type Target } from './target.js';

// What becomes of tests that a candidate loses, skips, forges or fails: nothing of it may be accepted, however fast it is.

const engine = sharedEngine();

const fixed = '[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\nnoise_pairs = 4\n';
const score = '[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n';

function repository(test: string, files: (outside: string) => Record<string, string>): Target {
  return makeTarget((outside) => ({
    'src/work.js': 'const ms = 60;\n',
    'bench/score.sh': scoreScript,
    'perfloop.toml': `[commands]\ntest = '''${test.replaceAll('OUTSIDE', outside)}'''\nbenchmark = "sh bench/score.sh"\n${fixed}${score}`,
    ...files(outside),
  }));
}

async function judged(target: Target): Promise<RunStatus> {
  const { status } = await judge(engine.context, { repo: target.dir, base: 'main', candidate: 'WORKTREE' });
  if (status === null) throw new Error('it was left');
  return status;
}

const firstReason = (status: RunStatus): string => trialOf(status, 'candidate').verdict?.reasons[0]?.text ?? '';

describe('a candidate that is faster', () => {
  const lib = 'const ms = 60;\nexport const add = (a, b) => a + b;\nexport const cases = [[1, 2], [3, 4]];\n';
  const faster = lib.replace('60', '20');
  const target = repository('node --test test/', () => ({
    'package.json': '{"type": "module"}\n',
    'src/work.js': lib,
    'test/work.test.js': "import assert from 'node:assert';\nimport { describe, it, test } from 'node:test';\nimport { add, cases } from '../src/work.js';\ntest('adds', () => assert.equal(add(1, 2), 3));\ndescribe('cases', () => { for (const [a, b] of cases) it(`${a} and ${b}`, () => assert.equal(add(a, b), a + b)); });\ntest.skip('later', () => {});\n",
  }));

  it('and passes every test is accepted, and it is said what it passed', async () => {
    target.write({ 'src/work.js': faster });
    const ended = await cli(engine, ['judge', '--repo', target.dir, '--base', 'main', '--json']);
    expect(jsonOf(ended)).toMatchObject({ verdict: 'accepted', warnings: [], checked: expect.arrayContaining([{ text: 'tests: 3 passed, 1 skipped (the same as the base)', seeds: [] }]) as unknown[] });
    const { run } = jsonOf(ended) as { run: string };
    const { stdout } = await cli(engine, ['show', run]);
    expect(stdout).toContain('  tests    3 passed, 1 skipped at the base (tap in node report)');
    expect(stdout).toContain('checked: tests: 3 passed, 1 skipped (the same as the base)');
  });

  it.each([
    ['loses a test', faster.replace(', [3, 4]', ''), 'rejected tests-missing', '1 test did not run that passed at the base: cases > 3 and 4.'],
    ['exits at import', `process.exit(0);\n${faster}`, 'rejected tests-missing', '3 tests did not run that passed at the base: adds, cases > 1 and 2, cases > 3 and 4.'],
    ['prints results and exits', `console.log('TAP version 13\\nok 1 - adds\\n1..1');\nprocess.exit(0);\n${faster}`, 'rejected tests-missing', '3 tests did not run'],
    ['fails a test', faster.replace('a + b', '3'), 'rejected tests-failed', '1 test failed that passed at the base: cases > 3 and 4.'],
  ])('and %s is refused', async (_what, text, verdict, reason) => {
    target.write({ 'src/work.js': text });
    const status = await judged(target);
    expect(verdictOf(trialOf(status, 'candidate'))).toBe(verdict);
    expect(firstReason(status)).toContain(reason);
    expect(trialOf(status, 'candidate').samples).toBeNull();
  });
});

describe('a candidate under tests that only count', () => {
  // In the form of Python's unittest; what is in src/ says how many there are, and how many are skipped.
  const script = `printf -- '%s\\nRan %s tests in 0.001s\\n\\nOK (skipped=%s)\\n' "$(printf -- '-%.0s' $(seq 70))" "$(cat src/ran)" "$(cat src/skipped)" >&2\ncat src/prints 2> /dev/null || true\n`;
  const target = repository('sh test/run.sh', () => ({ 'src/ran': '5', 'src/skipped': '1', 'test/run.sh': script }));

  it.each([
    ['runs one less', { 'src/ran': '4' }, 'rejected tests-missing', '3 tests passed (unittest on stderr), and 4 at the base.'],
    ['skips one more', { 'src/skipped': '2' }, 'rejected tests-skipped', '2 tests skipped (unittest on stderr), and 1 at the base.'],
  ])('that %s is refused', async (_what, files, verdict, reason) => {
    target.write({ 'src/work.js': 'const ms = 20;\n', 'src/ran': '5', 'src/skipped': '1', ...files });
    const status = await judged(target);
    expect(verdictOf(trialOf(status, 'candidate'))).toBe(verdict);
    expect(firstReason(status)).toBe(reason);
    expect(status.warnings).toContainEqual(expect.stringMatching(/^`sh test\/run\.sh` does not name its tests \(unittest on stderr\): only their number is compared, 4 passed\./));
  });
});

describe('a flaky test', () => {
  // `flaky` fails in the runs that the file names; the first is the base's.
  const script = 'echo x >> OUTSIDE/runs\nrun=$(wc -l < OUTSIDE/runs | tr -d " ")\nflaky="ok 2 - flaky"\nif grep -qx "$run" OUTSIDE/failing; then flaky="not $flaky"; fi\nprintf "TAP version 13\\nok 1 - steady\\n%s\\n1..2\\n" "$flaky"\ncase "$flaky" in not*) exit 1;; esac\n';
  const target = repository('sh test/run.sh', (outside) => ({ 'test/run.sh': script.replaceAll('OUTSIDE', outside) }));
  const failingIn = (...runs: number[]): void => {
    target.write({ [join('..', 'outside', 'failing')]: `${runs.join('\n')}\n`, [join('..', 'outside', 'runs')]: '', 'src/work.js': 'const ms = 20;\n' });
  };

  it('that fails at the champion, too, is not held against a candidate that then passes as a whole', async () => {
    // Base, candidate, champion once more, candidate.
    failingIn(2, 3);
    const status = await judged(target);
    expect(verdictOf(trialOf(status, 'candidate'))).toBe('accepted faster');
    expect(status.warnings).toContain('Tests failed that fail at times on the champion, too: flaky.');
  });

  it('is held against a candidate whose champion passes twice', async () => {
    failingIn(2);
    const status = await judged(target);
    expect(verdictOf(trialOf(status, 'candidate'))).toBe('rejected tests-failed');
    expect(firstReason(status)).toContain('1 test failed that passed at the base: flaky.');
  });

  it('is held against a candidate that never passes', async () => {
    failingIn(2, 3, 4, 5);
    const status = await judged(target);
    expect(verdictOf(trialOf(status, 'candidate'))).toBe('rejected tests-failed');
    expect(firstReason(status)).toContain('3 times in a row');
  });
});

describe('tests of no known form', () => {
  const target = repository('sh test/run.sh', (outside) => ({ 'test/run.sh': `echo x >> ${outside}/runs\n! grep -q BROKEN src/work.js\n` }));

  it('are not run again at the champion when they fail: an exit code does not say which test it was', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n// BROKEN\n' });
    const status = await judged(target);
    expect(verdictOf(trialOf(status, 'candidate'))).toBe('rejected tests-failed');
    expect(readFileSync(join(target.outside, 'runs'), 'utf8')).toBe('x\nx\n');
    expect(status.warnings).toContainEqual(expect.stringContaining('are in no form that is known'));
  });
});

describe('tests that pass whatever the code does', () => {
  // They print TAP in the process of the code under test, which so can print it as well.
  const tests = "import { add } from '../src/work.js';\nconst ok = add(1, 2) === 3;\nconsole.log(`TAP version 13\\n${ok ? 'ok' : 'not ok'} 1 - adds\\n1..1`);\nprocess.exitCode = ok ? 0 : 1;\n";
  const lib = 'const ms = 60;\nexport function add(a, b) {\n  return a + b;\n}\nexport function other(a) {\n  return a;\n}\n';
  const target = repository('node test/all.js', () => ({ 'package.json': '{"type": "module"}\n', 'src/work.js': lib, 'test/all.js': tests }));
  const faster = lib.replace('60', '20');

  it('because a candidate prints them and exits are refused, though every test is there and passed', async () => {
    target.write({ 'src/work.js': `console.log('TAP version 13\\nok 1 - adds\\n1..1');\nprocess.exit(0);\n${faster.replace('a + b', 'b + a')}` });
    const status = await judged(target);
    expect(verdictOf(trialOf(status, 'candidate'))).toBe('rejected tests-rigged');
    expect(firstReason(status)).toBe("Its tests pass even when add throws, and the champion's fail when add does: what they say does not follow from the code.");
  });

  it('are told from tests that reach what was changed', async () => {
    target.write({ 'src/work.js': faster.replace('a + b', 'b + a') });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('accepted faster');
    expect(trial.checked?.map(({ text }) => text)).toContain('tests fail when add throws, as they should');
  });

  it('are told from a change that no test reaches, with a warning', async () => {
    target.write({ 'src/work.js': faster.replace('return a;', 'return a ?? null;') });
    const status = await judged(target);
    expect(verdictOf(trialOf(status, 'candidate'))).toBe('accepted faster');
    expect(status.warnings).toContain('No test fails when other throws: the tests do not reach what was changed.');
  });
});

describe('a base without a test that ran', () => {
  const target = repository("printf 'TAP version 13\\n1..0\\n'", () => ({}));

  it('is refused with what to do', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    const status = await judged(target);
    expect(status.error).toMatchObject({ code: 'PL_TESTS_NONE', where: "commands.test: printf 'TAP version 13\\n1..0\\n'", fix: expect.stringContaining('format = "exit"') as string });
    expect(status.trials).toEqual([]);
  });
});
