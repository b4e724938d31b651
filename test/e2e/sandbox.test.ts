import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { judge } from '../../src/client/verbs/judge.js';
import type { RunStatus } from '../../src/core/status.js';
import { processStart } from '../../src/measure/processes.js';
import { describeSandboxed, onlyWithin } from '../measure/sandbox-support.js';
import { trialOf, verdictOf } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';

// Candidates that save the work and reach out of their sample for it. The work is to sleep, and it is timed from outside.

describeSandboxed('a candidate that reaches out of its sample', () => {
  const engine = sharedEngine();
  const target = makeTarget(() => ({
    'src/work.sh': 'work() { sleep 0.15; }\n',
    'bench/run.sh': '. ./src/work.sh\nwork\n',
    'perfloop.toml': '[commands]\nbenchmark = "sh bench/run.sh"\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nnoise_pairs = 4\n[sandbox]\nmode = "require"\n',
  }));

  const victim = spawn('sleep', ['600'], { stdio: 'ignore' });
  afterAll(() => void victim.kill('SIGKILL'));

  async function judged(work: string): Promise<RunStatus> {
    target.write({ 'src/work.sh': work });
    const { status } = await judge(engine.context, { repo: target.dir, base: 'main', candidate: 'WORKTREE' });
    if (status === null) throw new Error('it was left');
    return status;
  }

  it('and works in the background after its exit is rejected for that', async () => {
    const trial = trialOf(await judged('work() { (setsid sleep 0.15 &) }\n'), 'candidate');
    expect(verdictOf(trial)).toBe('rejected left-processes');
  });

  it('and keeps results for later samples wherever it can write does the work in each', async () => {
    const places = ['.memo', 'bench/.memo', '.git/memo', '"$HOME/.perfloop-memo"', '/tmp/memo', '/var/tmp/memo', '/dev/shm/memo', `${homedir()}/.perfloop-memo`];
    const found = places.map((place) => `[ -e ${place} ]`).join(' || ');
    const trial = trialOf(await judged(`work() { ${found} || sleep 0.15; for place in ${places.join(' ')}; do touch "$place" 2> /dev/null; done; true; }\n`), 'candidate');
    expect(verdictOf(trial)).toMatch(/^(rejected futile|inconclusive undecided)$/);
    expect(existsSync(join(homedir(), '.perfloop-memo'))).toBe(false);
  });

  it('and changes the benchmark, and puts it back before its end, is refused', async () => {
    const trial = trialOf(await judged('work() { cp -p bench/run.sh /tmp/kept; echo exit > bench/run.sh; cat /tmp/kept > bench/run.sh; touch -r /tmp/kept bench/run.sh; }\n'), 'candidate');
    expect(verdictOf(trial)).toBe('rejected protected');
    expect(trial.verdict?.reasons[0]?.text).toContain('bench/run.sh');
  });

  it('and ends every process that it can ends none but its own', async () => {
    const trial = trialOf(await judged(`work() { ${onlyWithin} && kill -9 -1 2> /dev/null; sleep 0.15; }\n`), 'candidate');
    expect(verdictOf(trial)).toBe('rejected sample-failed');
    expect(await processStart(victim.pid ?? -1)).not.toBeNull();
  });

  it('and looks for its side in git finds the same on both', async () => {
    const trial = trialOf(await judged('work() { [ "$(git log --format=%s)" = "The base" ] && [ "$(git rev-list --all | wc -l)" = 1 ] && sleep 0.15; }\n'), 'candidate');
    expect(verdictOf(trial)).toMatch(/^(rejected futile|inconclusive undecided)$/);
  });
});
