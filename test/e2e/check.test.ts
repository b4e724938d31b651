import { describe, expect, it } from 'vitest';
import { judge } from '../../src/client/verbs/judge.js';
import type { RunStatus } from '../../src/core/status.js';
import { makeTarget, sharedEngine } from './shared.js';
import { trialOf, verdictOf } from './runs.js';
import { scoreScript, type Target } from './target.js';

// The comparison of outputs, and what is said of a check that compares nothing.

const engine = sharedEngine();

const repository = (check: string, files: Record<string, string> = {}): Target =>
  makeTarget(() => ({
    'src/work.js': 'const ms = 60;\n',
    'bench/score.sh': scoreScript,
    'perfloop.toml': `[commands]\nbenchmark = "sh bench/score.sh"\ncheck = '''${check}'''\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nnoise_pairs = 4\n[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n`,
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
