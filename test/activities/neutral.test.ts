import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { benchActivities } from '../../src/activities/bench.js';
import { commandActivities } from '../../src/activities/commands.js';
import { compareOutputsActivity } from '../../src/activities/compare-outputs.js';
import { leaseActivities } from '../../src/activities/lease.js';
import { worktreeActivities } from '../../src/activities/worktrees.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { ruleFrom } from '../../src/core/verdict/rule.js';
import { prepared, userRepository } from '../workspace/fixture.js';
import { leasingHost } from './leasing-host.js';

const outside = mkdtempSync(join(tmpdir(), 'perfloop-neutral-'));
afterAll(() => rmSync(outside, { recursive: true, force: true }));

/** Writes all that a program can easily see of how it was started, less what is random by design. */
const look = `
{
  env | sed 's/=.*//' | sort
  for name in PERFLOOP_SEED PYTHONHASHSEED PERFLOOP_JOB PERFLOOP_LAYOUT; do eval "value=\\$$name"; echo "$name $(echo "$value" | sed 's/[0-9a-f]/9/g; s/xx*/x/')"; done
  pwd | sed 's/[0-9a-z]*$//'; pwd | wc -c
  umask; ulimit -a; id; nice
  test -t 0 || echo no terminal
  test "$(cut -d' ' -f6 /proc/$$/stat)" = $$ && echo leads its session
  for fd in 0 1 2 3 4 5; do echo $fd $(readlink /proc/$$/fd/$fd | sed 's/[0-9][0-9]*/N/g'); done
  grep -E '^(SigBlk|SigIgn|Cpus_allowed|NoNewPrivs|Seccomp)' /proc/self/status
  parent=$(cut -d' ' -f4 /proc/$$/stat)
  cat /proc/$$/cgroup /proc/$$/oom_score_adj
  tr '\\0' ' ' < /proc/$$/cmdline
  tr '\\0' ' ' < /proc/$parent/cmdline
  tr '\\0' '\\n' < /proc/$parent/environ | sed 's/=.*//' | sort
} > ${outside}/look.$$
echo done`;

// Without a sandbox, which would hide most of it and its own process ids.
it('a program sees the same as a build, a test, a smoke run, a check and a sample, on either side', async () => {
  const { home, artifacts, target } = await prepared(userRepository({ 'lib.txt': 'x\n' }));
  const deps = leasingHost({ home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: process.env });
  const activities = { ...commandActivities(deps), compareOutputs: compareOutputsActivity(deps), ...benchActivities(deps), ...worktreeActivities(deps), ...leaseActivities(deps) };
  type All = typeof activities;
  const run = async <Name extends keyof All>(name: Name, input: Parameters<All[Name]>[0]): Promise<Awaited<ReturnType<All[Name]>>> =>
    new MockActivityEnvironment().run<[typeof input], Awaited<ReturnType<All[Name]>>, (input: Parameters<All[Name]>[0]) => Promise<Awaited<ReturnType<All[Name]>>>>(activities[name] as never, input);
  const commands = ['setup', 'build', 'test', 'smoke', 'check', 'benchmark'].map((role) => `${role} = '''${look}'''`);
  const config = parseConfig(`[target]\n${commands[0]}\n[commands]\n${commands.slice(1).join('\n')}\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\n[sandbox]\nmode = "off"\n`, 'perfloop.toml');
  const scope = { v: 1 as const, run: 'r-neutral', trial: 'r1-1' };

  const [a, b] = await run('openWorktrees', { ...scope, target, config, worktrees: ['a', 'b'].map((side) => ({ key: `r-neutral/${side}`, commit: target.base })) });
  if (a === undefined || b === undefined) throw new Error('no worktrees');
  const seen = new Map<string, string[]>();
  const collect = (role: string): void => {
    for (const name of readdirSync(outside)) {
      seen.set(role, [...(seen.get(role) ?? []), readFileSync(join(outside, name), 'utf8')]);
      rmSync(join(outside, name));
    }
  };
  for (const role of ['setup', 'build', 'test', 'smoke'] as const) {
    const command = role === 'setup' ? config.target.setup : config.commands[role];
    if (command === undefined) throw new Error(role);
    for (const worktree of [a, b]) expect(await run('runCommand', { ...scope, target, config, worktree, role, command, cache: false })).toMatchObject({ ok: true });
    collect(role);
  }
  expect(await run('compareOutputs', { ...scope, target, config, a, b })).toMatchObject({ ok: true });
  collect('check');
  const lease = await run('lease', { ...scope, tag: 'cpu' });
  expect(await run('tryBenchmark', { ...scope, target, config, lease, worktree: a })).toMatchObject({ ok: true });
  collect('first sample');
  const rule = ruleFrom(config, { pairs: 4, spread: 0.1, bias: 0, biasLower95: 0, secondsPerSample: 0.1 });
  await run('sampleStage', { ...scope, target, config, lease, a, b, stage: 'confirm', rule, earlier: null });
  collect('samples');

  const counts = new Map([...seen].map(([role, views]) => [role, views.length]));
  expect(Object.fromEntries(counts)).toEqual({ setup: 2, build: 2, test: 2, smoke: 2, check: 6, 'first sample': 1, samples: expect.any(Number) as number });
  // A pair that begins on a busy machine is set aside, and taken again.
  expect(counts.get('samples')).toBeGreaterThanOrEqual(14);
  const [[, [first = ''] = []] = []] = seen;
  expect(first).toContain('PERFLOOP_SEED 9');
  for (const [role, views] of seen) for (const view of views) expect(`${role}\n${view}`).toBe(`${role}\n${first}`);
});
