import { describe, expect, it } from 'vitest';
import { judge } from '../../src/client/verbs/judge.js';
import type { RunStatus } from '../../src/core/status.js';
import { makeTarget, sharedEngine } from './shared.js';
import { startRun, trialOf, verdictOf } from './runs.js';
import { proposer, scoredProgram, scoreScript, type Target } from './target.js';

// The comparison of outputs, and what is said of a check that compares nothing.

const engine = sharedEngine();

const repository = (check: string, files: Record<string, string> = {}, more = ''): Target =>
  makeTarget(() => ({
    'src/work.js': 'const ms = 60;\n',
    'bench/score.sh': scoreScript,
    'perfloop.toml': `[commands]\nbenchmark = "sh bench/score.sh"\ncheck = '''${check}'''\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\nnoise_pairs = 4\n[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n${more}`,
    ...files,
  }));

async function judged(target: Target): Promise<RunStatus> {
  const { status } = await judge(engine.context, { repo: target.dir, base: 'main', candidate: 'WORKTREE' });
  if (status === null) throw new Error('it was left');
  return status;
}

describe('a check that does not print the same twice', () => {
  const target = repository('node -p "process.hrtime.bigint()"');

  it('is refused at the base, before a candidate suffers from it', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    const status = await judged(target);
    expect(status.error).toMatchObject({ code: 'PL_CHECK_UNUSABLE', where: 'commands.check: node -p "process.hrtime.bigint()"' });
    expect(status.error?.message).toContain("the output differs from the champion's: line 1");
    expect(status.trials).toEqual([]);
  });
});

describe('a check that prints a Python set', () => {
  const names = Array.from({ length: 20 }, (_, index) => `'name ${index}'`).join(', ');
  const target = repository('python3 -B -c "from src.names import names; print(names)"', { 'src/names.py': `names = {${names}}\n` });

  it('prints it in one order on both sides', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    expect(verdictOf(trialOf(await judged(target), 'candidate'))).toBe('accepted faster');
  });

  it('shows another result all the same', async () => {
    target.write({ 'src/names.py': `names = {${names}, 'one more'}\n` });
    expect(verdictOf(trialOf(await judged(target), 'candidate'))).toBe('rejected output-differs');
  });
});

describe('a check of numbers made up from a seed, in a file', () => {
  const total = (body: string): string => `exports.total = (values) => ${body};\n`;
  const target = repository(
    'node check.js',
    {
      'src/total.js': total('values.reduce((sum, value) => sum + value, 0)'),
      // A generator that is the same for the same seed (Lehmer).
      'check.js': `const { total } = require('./src/total.js');
let state = Number(process.env.PERFLOOP_SEED) % 2147483646 + 1;
const values = Array.from({ length: 50 }, () => (state = (state * 48271) % 2147483647) / 7);
require('fs').mkdirSync('out', { recursive: true });
require('fs').writeFileSync('out/totals.json', JSON.stringify({ at: Date.now(), total: total(values), first: values[0] }));
`,
    },
    '[check]\ncompare = "json"\ntolerance = 1e-12\nignore = ["at"]\nfiles = ["out/totals.json"]\nstdout = false\n',
  );

  it('passes what adds up in another order, and says with which seeds', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n', 'src/total.js': total('values.reduceRight((sum, value) => sum + value, 0)') });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('accepted faster');
    expect(trial.checked?.map(({ text }) => text)).toEqual(['out/totals.json of `node check.js`: the same JSON, numbers within the tolerances, 3 times with other seeds', 'the benchmark prints nothing besides its metrics, so nothing of it was compared']);
    const seeds = new Set(trial.checked?.[0]?.seeds);
    expect(seeds.size).toBe(3);
    for (const seed of seeds) expect(Number(seed)).toBeLessThan(2 ** 31);
  });

  it('refuses a loss of precision, at its place', async () => {
    target.write({ 'src/total.js': total('Math.fround(values.reduce((sum, value) => sum + value, 0))') });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('rejected output-differs');
    expect(trial.verdict?.reasons[0]?.text).toMatch(/^out\/totals\.json differs from the champion's in run 1 of 3: \$\.total: [\d.e+]+ became [\d.e+]+$/);
    for (const seed of trial.checked?.[0]?.seeds ?? []) expect(trial.verdict?.reasons[0]?.text).not.toContain(seed);
  });

  it('refuses a candidate that writes no file', async () => {
    target.write({ 'src/total.js': "process.exit(0);\n" });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('rejected output-differs');
    expect(trial.verdict?.reasons[0]?.text).toContain('the check failed on the candidate: it did not write out/totals.json');
  });
});

describe('a benchmark that prints its result', () => {
  const target = makeTarget(() => ({
    'src/work.js': 'const ms = 60;\nexports.sum = (values) => values.reduce((total, value) => total + value, 0);\n',
    'bench/score.sh': `${scoreScript}node bench/sum.js\n`,
    'bench/sum.js': "const { sum } = require('../src/work.js');\nconsole.log('sum', sum([1, 2, Number(process.env.PERFLOOP_SEED)]));\nconsole.log('took', process.uptime(), 's', process.pid);\n",
    'perfloop.toml': '[commands]\nbenchmark = "sh bench/score.sh"\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\nnoise_pairs = 4\n[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n',
  }));

  it('must print the same for a candidate, but for times and what varies by itself', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\nexports.sum = (values) => { let total = 0; for (const value of values) total += value; return total; };\n' });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('accepted faster');
    expect(trial.checked).toEqual([{ text: 'what the benchmark prints: the same in 6 of 6 pairs', seeds: [] }]);
  });

  it('refuses a constant, since no candidate knows the seed', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\nexports.sum = () => 1500000003;\n' });
    const trial = trialOf(await judged(target), 'candidate');
    expect(verdictOf(trial)).toBe('rejected output-differs');
    expect(trial.verdict?.reasons[0]?.text).toMatch(/^the benchmark prints something else than on the champion in pair 1 of the confirmation: line 2: "sum \d+" became "sum 1500000003"; `check\.benchmark`/);
  });
});

describe('candidates that each stay within the tolerance', () => {
  const drifts = `if (/const ms = (?!2;)/.test(text)) {
  write(text.replace(/const ms = \\d+/, 'const ms = 2') + 'exports.drift = 1.0008;\\n');
  console.log(\`\${name} waits no longer\`);
}`;
  const target = makeTarget((outside) =>
    scoredProgram({ alpha: 40, beta: 30 }, `[target]\nname = "drifting"\n[commands.check]\nrun = '''node -p "(require('./src/alpha.js').drift ?? 1) * (require('./src/beta.js').drift ?? 1)"'''\n[check]\ncompare = "numbers"\ntolerance = 1e-3\n[loop]\nrounds = 1\nablation = false\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, drifts)}"\n`),
  );

  it('are compared with the base as a whole, and a warning says that they drifted', async () => {
    const status = await (await startRun(engine, target)).result();
    expect(status.accepted).toBe(2);
    expect(status.warnings).toContain("Taken together, what was accepted differs from the base by more than each was allowed: with the base as the champion, the output differs from the champion's: line 1: \"1\" became \"1.00160064\"");
  });
});
