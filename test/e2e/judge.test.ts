import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildAllowance } from '../../src/core/verdict/build-luck.js';
import type { JudgeResult } from '../../src/client/print/judge.js';
import { judge, type JudgeOptions } from '../../src/client/verbs/judge.js';
import type { RunStatus } from '../../src/core/status.js';
import { hasValgrind } from '../../src/measure/cachegrind.js';
import { cli, jsonOf, type CliEnded } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { trialOf, verdictOf } from './runs.js';
import { effect, scoreScript, type Target } from './target.js';

// The rate follows from `const ms` in the sources, so that each verdict is certain; that it was timed at all is held
// against it by the check of the printed metric against the outside time.

const engine = sharedEngine({ E2E_GREETING: 'hello', E2E_PASSWORD: 'secret-1' });

const fixed = '[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 8\nbuilds = 1\nnoise_pairs = 4\n';
const score = '[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n';
const benchmark = '[commands]\nbenchmark = "sh bench/score.sh"\n';

const repository = (config: string, more: (outside: string) => Record<string, string> = () => ({})): Target =>
  makeTarget((outside) => ({ 'src/work.js': 'const ms = 60;\n', 'bench/score.sh': scoreScript, 'perfloop.toml': config.replaceAll('OUTSIDE', outside), ...more(outside) }));

async function judged(target: Target, options: Partial<JudgeOptions> = {}): Promise<RunStatus> {
  const { status } = await judge(engine.context, { repo: target.dir, base: 'main', candidate: 'WORKTREE', ...options });
  if (status === null) throw new Error('it was left');
  return status;
}

const cliJudge = (target: Target, ...args: string[]): Promise<CliEnded> => cli(engine, ['judge', '--repo', target.dir, '--base', 'main', '--json', ...args]);

describe('the exit code and the JSON of judge', () => {
  const target = repository(`${benchmark}${fixed}${score}`);

  it('are 0 and accepted for a change that is faster, uncommitted as it is', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    const before = target.git('status', '--porcelain');
    const ended = await cliJudge(target, '--candidate', 'WORKTREE');
    expect(jsonOf(ended)).toMatchObject({ verdict: 'accepted', ratio: 2, ci95: [2, 2], pairs: 8, samples: 16, reasons: [{ code: 'faster' }], candidate: 'WORKTREE', base: target.git('rev-parse', 'main') });
    expect((jsonOf(ended) as JudgeResult).delta).toBeCloseTo(Math.log(1.02) + buildAllowance(1));
    expect(ended.code).toBe(0);
    expect(target.git('status', '--porcelain')).toBe(before);
  });

  it('are 3 and rejected for a change that does nothing', async () => {
    target.git('checkout', '--quiet', '-b', 'comment', 'main');
    target.write({ 'src/work.js': 'const ms = 60;\n// faster!\n' });
    target.commit('Faster');
    const ended = await cliJudge(target, '--candidate', 'comment');
    expect(jsonOf(ended)).toMatchObject({ verdict: 'rejected', ratio: 1, reasons: [{ code: 'futile' }] });
    expect(ended.code).toBe(3);
  });

  it('are 4 and inconclusive when the samples do not decide', async () => {
    target.git('checkout', '--quiet', '-b', 'fickle', 'main');
    // Every other execution of the candidate is better, and the others are as much worse.
    target.write({ 'src/work.js': 'const ms = 60;\n', 'src/fickle.js': '', 'lib/turns.sh': '' });
    target.commit('Fickle');
    const turns = join(target.outside, 'turns');
    const command = `if test -e src/fickle.js; then echo x >> ${turns}; if test $(( $(wc -l < ${turns}) % 2 )) = 0; then echo score: 200; else echo score: 50; fi; else echo score: 100; fi`;
    writeFileSync(join(target.outside, 'fickle.toml'), `[commands]\nbenchmark = '''${command}'''\n[sandbox]\nwritable = ["${target.outside}"]\n${fixed}${score}`);
    const ended = await cliJudge(target, '--candidate', 'fickle', '--config', join(target.outside, 'fickle.toml'));
    expect(jsonOf(ended)).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'undecided' }] });
    expect(ended.code).toBe(4);
  });

  it('are 5 and quarantined for a gain that nobody believes', async () => {
    target.git('checkout', '--quiet', '-b', 'wonder', 'main');
    const wonder = join(target.outside, 'wonder.toml');
    writeFileSync(wonder, `[commands]\nbenchmark = "if test -e src/wonder.js; then echo score: 5000; else sleep 0.05; echo score: 100; fi"\n${fixed}${score}`);
    target.write({ 'src/wonder.js': '' });
    target.commit('A wonder');
    const ended = await cliJudge(target, '--candidate', 'wonder', '--config', wonder);
    const result = jsonOf(ended) as JudgeResult;
    // It was believed no sooner for being measured again in a fresh clone.
    expect(result).toMatchObject({ verdict: 'quarantined', reasons: [{ code: 'too-fast' }, { code: 'repeated' }], pairs: 8, again: { verdict: 'quarantined', pairs: 8 } });
    expect(result.ratio).toBeCloseTo(50);
    expect(result.again?.ratio).toBeCloseTo(50);
    expect(ended.code).toBe(5);
  });

  it('are 2 and the error where nothing can be judged', async () => {
    const ended = await cliJudge(target, '--candidate', 'no-such-branch');
    expect(jsonOf(ended)).toMatchObject({ error: { code: 'PL_NO_SUCH_REVISION' } });
    expect(ended.code).toBe(2);
  });

  it('come in words without --json', async () => {
    target.git('checkout', '--quiet', 'main');
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    const { code, stdout } = await cli(engine, ['judge', '--base', 'main'], { cwd: target.dir });
    expect(stdout).toMatch(/^accepted {2}repository: WORKTREE against [0-9a-f]{7}\n.* 2\.000x \(95% interval 2\.000 \.\. 2\.000\) from 8 pairs, 16 samples in all$/m);
    expect(code).toBe(0);
  });
});

describe('a change that is faster and has a flag', () => {
  const target = repository(`${benchmark}${fixed}${score}`);

  it('is quarantined with 5, and told to be faster', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\nconst kept = new Map();\nexport function work(x) {\n  if (!kept.has(x)) kept.set(x, x * 2);\n  return kept.get(x);\n}\n' });
    const ended = await cliJudge(target);
    const flag = { code: 'cache', file: 'src/work.js', line: 4, text: 'if (!kept.has(x)) kept.set(x, x * 2);' };
    expect(jsonOf(ended)).toMatchObject({ verdict: 'quarantined', ratio: 2, reasons: [{ code: 'risky' }], flags: [flag], again: null });
    expect((jsonOf(ended) as JudgeResult).reasons[0]?.text).toMatch(/^it is faster \(confirmed: 2\.00 times as fast.*\), and a person must look first at one place of the change: cache at src\/work\.js:4$/);
    expect(ended.code).toBe(5);
  });
});

describe('a change with more flags in code that nobody runs than are shown', () => {
  const run = "import { work } from '../src/z.js';\nfor (let x = 0; x < 9; x++) work(x);\n";
  const target = repository(`[commands]\nbenchmark = "node bench/run.mjs && sh bench/score.sh"\n${fixed}${score}`, () => ({ 'package.json': '{ "type": "module" }\n', 'src/z.js': 'export function work(x) {\n  return x * 2;\n}\n', 'bench/run.mjs': run }));

  it('is quarantined for the flag that is executed, which is shown first', async () => {
    const decoy = 'export const a = () => process.env.A;\nexport const b = () => Date.now();\nexport const c = () => process.argv;\n';
    const decoys = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`src/debug${n}.js`, decoy]));
    target.write({ ...decoys, 'src/work.js': 'const ms = 20;\n', 'src/z.js': 'const kept = new Map();\nexport function work(x) {\n  if (!kept.has(x)) kept.set(x, x * 2);\n  return kept.get(x);\n}\n' });
    const ended = await cliJudge(target);
    const result = jsonOf(ended) as JudgeResult;
    expect(result).toMatchObject({ verdict: 'quarantined', reasons: [{ code: 'risky', text: expect.stringMatching(/one place of the change: cache at src\/z\.js:3$/) as string }] });
    expect(result.flags[0]).toMatchObject({ code: 'cache', file: 'src/z.js' });
    expect(result.flags).toHaveLength(20);
    expect(result.warnings).toContain('There are 5 more flags than the 20 that are shown.');
    expect(ended.code).toBe(5);
  });
});

describe('a gain that a fresh clone does not bear out', () => {
  const target = repository('');

  it('is rejected: it came from what the first worktrees held', async () => {
    const score100 = 'sleep 0.05; echo score: 100';
    const command = `if test -e src/warm.js; then case "$(git rev-parse --git-common-dir)" in */fresh-*) ${score100} ;; *) echo score: 5000 ;; esac; else ${score100}; fi`;
    writeFileSync(join(target.outside, 'warm.toml'), `[commands]\nbenchmark = '''${command}'''\n[sandbox]\nmode = "off"\n${fixed}${score}`);
    target.write({ 'src/warm.js': '' });
    const ended = await cliJudge(target, '--config', join(target.outside, 'warm.toml'));
    expect(jsonOf(ended)).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'too-fast' }, { code: 'not-repeated' }], again: { verdict: 'rejected' } });
    expect(ended.code).toBe(3);
  });
});

describe('a judgement told as a comment and in files', () => {
  const target = repository(`${benchmark}${fixed}${score}`);
  const outside = (name: string): string => join(target.outside, name);

  it('has both from one run, with the words on stdout as ever', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    const ended = await cli(engine, ['judge', '--repo', target.dir, '--base', 'main', '--json-file', outside('new/judge.json'), '--markdown-file', outside('judge.md')]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^accepted {2}repository: WORKTREE against [0-9a-f]{7}$/m);
    expect(ended.stdout).toMatch(/^ {2}score: 12,500 before, 25,000 after$/m);
    const result = JSON.parse(readFileSync(outside('new/judge.json'), 'utf8')) as JudgeResult;
    expect(result).toMatchObject({ verdict: 'accepted', ratio: 2, metrics: [{ name: 'score', primary: true, before: 12_500, after: 25_000, ratio: 2, ci95: [2, 2], pairs: 8, guard: null }], tests: null, budgetSeconds: null, plan: { trials: 1 } });
    expect(result.seconds).toBeGreaterThan(0);
    const comment = readFileSync(outside('judge.md'), 'utf8');
    expect(comment).toMatch(/^<!-- perfloop judge repository -->\n\n### perfloop: accepted\n\n\*\*Faster\.\*\* WORKTREE is 2\.00 times as fast as its base/);
    expect(comment).toContain('| score | 12,500 | 25,000 | 2.000x | 2.000x to 2.000x | 8 | decides |');
    expect(comment).toContain(`perfloop verdict ${result.run}`);
  });

  it('is a comment alone on stdout with --markdown, with the progress on stderr', async () => {
    target.write({ 'src/work.js': 'const ms = 60;\n// faster!\n' });
    const ended = await cli(engine, ['judge', '--repo', target.dir, '--base', 'main', '--markdown']);
    expect(ended.code).toBe(3);
    expect(ended.stdout).toMatch(/^<!-- perfloop judge repository -->\n\n### perfloop: rejected\n\n\*\*Not shown to be faster\.\*\*/);
    expect(ended.stderr).toContain('phase warmup');
  });

  it('tells an error too, with the same marker', async () => {
    const ended = await cli(engine, ['judge', '--repo', target.dir, '--base', 'no-such-branch', '--markdown-file', outside('error.md'), '--json-file', outside('error.json')]);
    expect(ended.code).toBe(2);
    expect(readFileSync(outside('error.md'), 'utf8')).toMatch(/^<!-- perfloop judge repository -->\n\n### perfloop: no verdict\n\n\*\*PL\\_NO\\_SUCH\\_REVISION\*\*: /);
    expect(JSON.parse(readFileSync(outside('error.json'), 'utf8'))).toMatchObject({ error: { code: 'PL_NO_SUCH_REVISION' } });
    const red = await cli(engine, ['judge', '--repo', target.dir, '--base', 'main', '--test', 'echo broken; false', '--markdown']);
    expect(red.code).toBe(2);
    expect(red.stdout).toMatch(/### perfloop: no verdict\n\n\*\*PL\\_BASE\\_RED\*\*: /);
  });

  it.each([
    [['--json', '--markdown'], 'PL_USAGE', 'cannot both be on stdout'],
    [['--json-file', 'x', '--markdown-file', './x'], 'PL_USAGE', 'name one file'],
    [['--json-file', '.'], 'PL_OUTPUT_UNWRITABLE', 'EISDIR'],
    [['--markdown-file', '/proc/none/x'], 'PL_OUTPUT_UNWRITABLE', 'ENOENT'],
  ])('is refused before anything starts with %o', async (args, code, text) => {
    const ended = await cli(engine, ['judge', '--repo', target.dir, ...args], { cwd: target.outside });
    expect(ended.code).toBe(2);
    expect(`${ended.stdout}${ended.stderr}`).toContain(code);
    expect(`${ended.stdout}${ended.stderr}`).toContain(text);
    expect(ended.stderr).not.toContain('started');
  });
});

describe('wall time, taken from outside', () => {
  const target = repository('');

  it('is what counts without a metric, with the real schedule', async () => {
    target.write({ 'src/work.js': 'const ms = 160;\n' });
    const base = target.commit('Slower');
    target.write({ 'src/work.js': 'const ms = 5;\n' });
    const status = await judged(target, { base, benchmark: ['sh bench/score.sh > /dev/null'], minGain: 0.2 });
    const trial = trialOf(status, 'candidate');
    expect(verdictOf(trial)).toBe('accepted faster');
    expect(trial.verdict?.measured?.samples).toBeGreaterThanOrEqual(2 * (4 + 8));
    expect(status.speedup?.ci95[0]).toBeGreaterThan(1.2);
    // What its processes used, and, where valgrind is, the instructions: it waits for less, and does the same work.
    const facts = trial.verdict?.facts?.map(({ code }) => code) ?? [];
    if (process.platform === 'linux') expect(facts).toContain('cpu-time');
    if (await hasValgrind()) expect(facts).toContain('instructions');
    // Said before the first sample: one trial, and no final measurement after it.
    expect(status.plan?.trials).toBe(1);
    // And the builds, of which each is executed once before it counts.
    const { samplesPerTrial, secondsPerSample = 0 } = status.plan ?? {};
    expect(status.plan?.mostSeconds).toBeGreaterThanOrEqual((samplesPerTrial?.most ?? Infinity) * secondsPerSample);
  });
});

describe('correct before fast', () => {
  const target = repository(`[commands]\nbuild = "sh tools/build.sh"\ntest = "sh test/all.sh"\ncheck = "sh test/answer.sh"\nbenchmark = "sh bench/score.sh"\n${fixed}${score}`, () => ({
    'src/answer': '42\n',
    'tools/build.sh': 'grep ms src/work.js\n',
    'test/all.sh': 'if grep -H BROKEN src/work.js; then exit 1; fi\n',
    'test/answer.sh': 'cat src/answer\n',
  }));

  it('a candidate whose tests fail is rejected without a sample', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n// BROKEN\n' });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('rejected tests-failed');
    expect(trial).toMatchObject({ samples: null, verdict: { measured: null } });
  });

  it('so is one that does not build', async () => {
    target.write({ 'src/work.js': 'const nothing = 20;\n' });
    expect(verdictOf(trialOf(await judged(target), 'candidate'))).toBe('rejected build-failed');
  });

  it('so is one that gives another result', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n', 'src/answer': '41\n' });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('rejected output-differs');
    expect(trial.verdict?.reasons[0]?.text).toContain('41');
  });

  it('a base whose tests fail is refused as a base', async () => {
    target.git('checkout', '--quiet', '.');
    target.git('checkout', '--quiet', '-b', 'red');
    target.write({ 'src/work.js': 'const ms = 60;\n// BROKEN\n' });
    const base = target.commit('Red');
    const status = await judged(target, { base });
    expect(status.state).toBe('failed');
    expect(status.error).toMatchObject({ code: 'PL_BASE_RED', where: 'commands.test: sh test/all.sh' });
    expect(status.error?.message).toContain('BROKEN');
    expect(status.trials).toEqual([]);
    const ended = await cliJudge(target, '--base', base);
    expect(ended.code).toBe(2);
  });
});

describe('what the base decides', () => {
  const target = repository(`[commands]\ntest = "sh test/all.sh"\nbenchmark = "sh bench/score.sh"\n${fixed}${score}`, () => ({ 'test/all.sh': 'exit 0\n' }));

  it('is told: tests and benchmark of the change are not the ones that count', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n', 'test/all.sh': 'exit 1\n', 'bench/score.sh': 'echo score: 100000\n' });
    const status = await judged(target);
    expect(trialOf(status, 'candidate').verdict).toMatchObject({ kind: 'accepted', measured: { ratio: 2 } });
    expect(status.warnings.find((text) => text.startsWith("Measured and tested with the base's version of "))).toMatch(/bench\/score\.sh.*test\/all\.sh/);
  });

  it('refuses a change of nothing else, as nothing of it would be measured', async () => {
    target.git('checkout', '--quiet', '.');
    target.write({ 'bench/score.sh': 'echo score: 100000\n' });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('rejected protected');
    expect(trial.verdict?.reasons[0]?.text).toContain('Nothing of it would be measured');
  });
});

describe('a benchmark that cannot be measured at the base', () => {
  const target = repository('');
  const flaky = (outside: string): string => `echo x >> ${outside}/times; test $(wc -l < ${outside}/times) -lt 4 && echo score: 10`;

  it.each([
    ['prints no metric', 'PL_BENCHMARK_FAILED', 'echo nothing', 'the metric score is not in its output'],
    ['prints two', 'PL_BENCHMARK_FAILED', 'echo score: 10; echo score: 11', 'the metric score is there more than once'],
    ['prints NaN', 'PL_BENCHMARK_FAILED', 'echo score: NaN', 'the metric score is not a number'],
    ['fails', 'PL_BENCHMARK_FAILED', 'echo score: 10; echo no disk >&2; exit 7', 'it ended with exit code 7'],
    ['does not end', 'PL_BENCHMARK_FAILED', 'echo score: 10; sleep 60', 'it was stopped after 1 s'],
    ['fails sometimes', 'PL_BENCHMARK_UNUSABLE', flaky('OUTSIDE'), 'exit code 1'],
  ])('because it %s is refused with %s', async (_what, code, command, text) => {
    const file = join(target.outside, 'bad.toml');
    writeFileSync(file, `[commands]\nbenchmark = { run = '''${command.replaceAll('OUTSIDE', target.outside)}''', timeout = "1s" }\n[sandbox]\nwritable = ["${target.outside}"]\n${fixed}${score.replace('([0-9.]+)', '(\\\\S+)')}`);
    const status = await judged(target, { config: file });
    expect(status.state).toBe('failed');
    expect(status.error).toMatchObject({ code });
    expect(status.error?.message).toContain(text);
    expect(status.error?.fix).toBeTruthy();
    expect(status.trials).toEqual([]);
  });
});

describe('what commands get', () => {
  const needs = (name: string): string => `[commands]\nbenchmark = { run = '''test "$GREETING" = hello && test -z "$E2E_PASSWORD" && sh bench/score.sh''', env = { GREETING = "$${name}" } }\n${fixed}${score}`;
  const target = repository(needs('E2E_GREETING'));

  it('is the variable that the config asks for by name, and no secret besides', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    expect(verdictOf(trialOf(await judged(target), 'candidate'))).toBe('accepted faster');
  });

  it('is refused where the variable is not set', async () => {
    writeFileSync(join(target.outside, 'unset.toml'), needs('E2E_UNSET'));
    const status = await judged(target, { config: join(target.outside, 'unset.toml') });
    expect(status.error).toMatchObject({ code: 'PL_ENV_MISSING' });
    expect(status.error?.message).toContain('E2E_UNSET');
  });
});

describe('data that git does not hold', () => {
  const target = repository(`[target]\nlink = ["data"]\n[commands]\nbenchmark = "test \\"$(cat data/weights)\\" = heavy && sh bench/score.sh"\n${fixed}${score}`, () => ({ '.gitignore': 'data\n' }));

  it('is linked from the checkout, and is there unchanged afterwards', async () => {
    target.write({ 'data/weights': 'heavy\n', 'src/work.js': 'const ms = 20;\n' });
    expect(verdictOf(trialOf(await judged(target), 'candidate'))).toBe('accepted faster');
    expect(target.git('status', '--porcelain', '--ignored')).toContain('!! data/');
  });

  it('is missed with a clear error', async () => {
    target.git('clean', '-fdxq');
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    expect((await judged(target)).error).toMatchObject({ code: 'PL_LINK_MISSING', fix: expect.stringContaining('target.link') as string });
  });
});

describe('the caches of set-up and build', () => {
  const target = repository(
    `[target]\nsetup = "${effect('OUTSIDE', 'setup')}; mkdir -p node_modules; cp package.json node_modules/"\nlockfiles = ["package.json"]\n[commands]\nbuild = "${effect('OUTSIDE', 'build')}; mkdir -p out; cp src/work.js out/"\nbenchmark = "sh bench/built.sh"\n${fixed}${score}`,
    () => ({ 'package.json': '{}\n', '.gitignore': 'out\nnode_modules\n', 'bench/built.sh': 'cmp src/work.js out/work.js && test -e node_modules/package.json && sh bench/score.sh\n' }),
  );
  const count = (name: string): number => target.effects().filter((line) => line === name).length;

  it('save the second judgement what the first one did, but never the fresh builds of the evidence', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    expect(verdictOf(trialOf(await judged(target), 'candidate'))).toBe('accepted faster');
    // Base and candidate, and both afresh.
    expect([count('setup'), count('build')]).toEqual([1, 4]);
    expect(verdictOf(trialOf(await judged(target), 'candidate'))).toBe('accepted faster');
    expect([count('setup'), count('build')]).toEqual([1, 6]);
  });

  it('are not used when a lock file changed', async () => {
    target.write({ 'package.json': '{ "dependencies": {} }\n', 'src/work.js': 'const ms = 20;\n' });
    expect(verdictOf(trialOf(await judged(target), 'candidate'))).toBe('accepted faster');
    expect(count('setup')).toBe(2);
  });
});
