import { MockActivityEnvironment } from '@temporalio/testing';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchActivities } from '../../src/activities/bench.js';
import { commandActivities } from '../../src/activities/commands.js';
import { compareOutputsActivity } from '../../src/activities/compare-outputs.js';
import { leaseActivities } from '../../src/activities/lease.js';
import { worktreeActivities } from '../../src/activities/worktrees.js';
import { parseConfig } from '../../src/core/config/parse.js';
import type { BenchActivities, LeaseActivities } from '../../src/core/run/contracts.js';
import { judgeTests } from '../../src/core/tests/judge.js';
import { ruleFrom } from '../../src/core/verdict/rule.js';
import { commitAllOf, prepared, userGit, userRepository } from '../workspace/fixture.js';
import { leasingHost } from './leasing-host.js';

const run = <Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> => new MockActivityEnvironment().run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);
type LeaseInput = Parameters<LeaseActivities['lease']>[0];
type StageInput = Parameters<BenchActivities['sampleStage']>[0];
const cwd = (role: string) => `${role} = { run = "true", cwd = "app" }`;

/** A candidate that renames the folder in which the commands run. */
async function ground(base = 'app') {
  const dir = userRepository({ [`${base}/main.txt`]: 'x\n' });
  const { home, artifacts, target, repository } = await prepared(dir);
  renameSync(join(dir, base), join(dir, 'moved'));
  const made = commitAllOf(dir, 'a candidate');
  userGit(repository.path, 'fetch', '-q', dir, made);
  const deps = leasingHost({ home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: process.env });
  const config = parseConfig(`[commands]\n${['build', 'test', 'smoke', 'check', 'benchmark'].map(cwd).join('\n')}\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\n[sandbox]\nmode = "off"\n`, 'perfloop.toml');
  const scope = { v: 1 as const, run: 'r-moved', trial: 't', target, config };
  const [a, b] = await run(worktreeActivities(deps).openWorktrees, { ...scope, worktrees: [{ key: 'r-moved/a', commit: target.base }, { key: 'r-moved/b', commit: await repository.commitRef(made, target.base) }] });
  if (a === undefined || b === undefined) throw new Error('no worktrees');
  const command = (side: 'a' | 'b', role: 'build' | 'test' | 'smoke') => {
    const asked = config.commands[role];
    if (asked === undefined) throw new Error(role);
    return run(commandActivities(deps).runCommand, { ...scope, worktree: side === 'a' ? a : b, role, command: asked, cache: false });
  };
  return { deps, scope, config, a, b, command };
}

const missing = 'there is no folder app to run it in';

describe('a candidate that moves the folder of a command', () => {
  it('fails in it, as where the command fails', async () => {
    const { deps, scope, a, b, command } = await ground();
    for (const role of ['build', 'smoke'] as const) {
      expect(await command('a', role)).toMatchObject({ ok: true });
      expect(await command('b', role)).toMatchObject({ ok: false, problem: '`true` ended with exit code 127', tail: missing });
    }
    const tested = await command('b', 'test');
    expect(judgeTests(tested, tested.tests?.compared)).toMatchObject({ kind: 'refused', code: 'tests-failed' });
    expect(await run(compareOutputsActivity(deps), { ...scope, a, b })).toMatchObject({ ok: false, whose: 'b', tail: missing });
  });

  it('is rejected where that is the folder of the benchmark', async () => {
    const { deps, scope, config, a, b } = await ground();
    const lease = await run((input: LeaseInput) => leaseActivities(deps).lease(input), { v: 1 as const, run: 'r-moved', trial: 't', tag: 'cpu' });
    const rule = ruleFrom(config, { pairs: 4, spread: 0.1, bias: 0, biasLower95: 0, secondsPerSample: 0.1 });
    const sampled = await run((input: StageInput) => benchActivities(deps).sampleStage(input), { ...scope, lease, a, b, stage: 'confirm' as const, rule, earlier: null });
    expect(sampled).toMatchObject({ kind: 'decided', verdict: { kind: 'rejected', reasons: [{ code: 'sample-failed', text: expect.stringContaining(missing) as string }] } });
  });
});

it('a folder that the base lacks, too, is an error of the config', async () => {
  const { command } = await ground('other');
  await expect(command('a', 'build')).rejects.toMatchObject({ type: 'PL_COMMAND_CWD' });
});
