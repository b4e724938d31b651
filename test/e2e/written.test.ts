import { describe, expect, it } from 'vitest';
import { judge } from '../../src/client/verbs/judge.js';
import type { TrialSummary } from '../../src/core/status.js';
import { trialOf, verdictOf } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import { scoreScript, type Target } from './target.js';

// Candidates whose code writes protected files while tests, smoke run or check execute it.

const engine = sharedEngine();
const commands = '[commands]\nbuild = "sh test/build.sh"\ntest = "sh test/all.sh"\nsmoke = "sh test/smoke.sh"\ncheck = "sh test/check.sh"\nbenchmark = "sh bench/score.sh"\n';
const config = `${commands}[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nnoise_pairs = 4\n`;
const runs = (name: string): string => `. ./src/work.sh\nwork ${name}\n`;

function repository(work: string): Target {
  return makeTarget(() => ({
    'src/work.js': 'const ms = 60;\n',
    'src/work.sh': work,
    'test/build.sh': runs('build'),
    'test/all.sh': runs('test'),
    'test/smoke.sh': runs('smoke'),
    'test/check.sh': `${runs('check')}echo done\n`,
    'test/expected': '1\n',
    'bench/score.sh': scoreScript,
    'perfloop.toml': config,
  }));
}

async function judged(target: Target, work: string): Promise<TrialSummary> {
  target.write({ 'src/work.js': 'const ms = 20;\n', 'src/work.sh': work });
  const { status } = await judge(engine.context, { repo: target.dir, base: 'main', candidate: 'WORKTREE' });
  if (status === null) throw new Error('it was left');
  return trialOf(status, 'candidate');
}

describe('a candidate that writes a protected file', () => {
  const target = repository('work() { true; }\n');

  it.each([
    ['in its build', 'build', 'the build writes protected files'],
    ['in its tests', 'test', "The candidate's test command"],
    ['in its smoke run', 'smoke', "The candidate's smoke command"],
    ['in its check', 'check', 'the check (`sh test/check.sh`)'],
  ])('%s, and puts it back, is refused', async (_, name, who) => {
    const trial = await judged(target, `work() { [ "$1" != ${name} ] || { echo 2 > test/expected; echo 1 > test/expected; }; }\n`);
    expect(verdictOf(trial)).toBe('rejected protected');
    expect(trial.verdict?.reasons[0]?.text).toContain(who);
    expect(trial.verdict?.reasons[0]?.text).toContain('test/expected');
  });
});

describe('a candidate whose tests write a protected file, as those of the champion do,', () => {
  const work = 'work() { [ "$1" != test ] || echo "$1" > test/expected; }\n';
  const target = repository(work);

  it('is not refused for that', async () => {
    expect(verdictOf(await judged(target, `${work}# faster\n`))).toBe('accepted faster');
  });
});
