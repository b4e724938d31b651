import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { buildSidesActivity } from '../../src/activities/build-sides.js';
import { commandActivities } from '../../src/activities/commands.js';
import { worktreeActivities } from '../../src/activities/worktrees.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { keysOfBuild } from '../../src/core/run/build-keys.js';
import type { BuiltSides } from '../../src/core/run/contracts.js';
import type { CommitRef } from '../../src/core/target.js';
import { commitAllOf, prepared, userGit, userRepository, write } from '../workspace/fixture.js';

const run = <Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> => new MockActivityEnvironment().run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);

/** A champion and a candidate whose builds run their `hook.sh`; `bench/input` and `tests/a.txt` are protected. */
async function sides(champion: string, candidate: string, changes: Record<string, string> = {}) {
  const dir = userRepository({ 'hook.sh': champion, 'bench/input': 'input\n', 'tests/a.txt': 'a\n', '.gitignore': 'dist/\n' });
  const { home, artifacts, target, repository } = await prepared(dir);
  write(dir, { 'hook.sh': candidate, ...changes });
  const made = commitAllOf(dir, 'a candidate');
  userGit(repository.path, 'fetch', '-q', dir, made);
  const commits: Record<'a' | 'b', CommitRef> = { a: target.base, b: await repository.commitRef(made, target.base) };
  const deps = { home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: process.env };
  const config = parseConfig('[commands]\nbuild = "mkdir -p dist; . ./hook.sh"\nbenchmark = "true"\n[sandbox]\nmode = "off"\n', 'perfloop.toml');
  const command = config.commands.build;
  if (command === undefined) throw new Error('no build');
  const of = (trial: string) => ({ v: 1 as const, run: 'r-builds', trial, target, config });
  return {
    /** As the workflow asks for it. */
    built: (trial = 't', cache = false): Promise<BuiltSides> => run(buildSidesActivity(deps), { ...of(trial), ...commits, purpose: 'screen', from: 0, to: 1, stage: 'screen', cache }),
    /** What an attempt leaves whose worker was killed after these builds. */
    killedAfter: async (done: readonly ('a' | 'b')[]): Promise<void> => {
      const keys = keysOfBuild(of('t'), 'screen', 0);
      const worktrees = await run(worktreeActivities(deps).openWorktrees, { ...of('t'), worktrees: (['a', 'b'] as const).map((side) => ({ key: keys[side], commit: commits[side] })) });
      for (const side of done) {
        const worktree = worktrees[side === 'a' ? 0 : 1];
        if (worktree === undefined) throw new Error('no worktree');
        expect(await run(commandActivities(deps).runCommand, { ...of('t'), worktree, role: 'build', command, cache: false })).toMatchObject({ ok: true });
      }
    },
  };
}

const plain = 'echo x > dist/x\n';
const writing = 'echo x > dist/x; echo other > bench/input; echo input > bench/input\n';

describe('a retry of builds whose worker was killed', () => {
  it('finds what the champion\'s build wrote, so that a candidate\'s that does the same is not refused', async () => {
    const { killedAfter, built } = await sides(writing, `${writing}# faster\n`);
    await killedAfter(['a']);
    expect(await built()).toMatchObject({ kind: 'built' });
  });

  it('finds what the candidate\'s build wrote, and refuses it', async () => {
    const { killedAfter, built } = await sides(plain, writing);
    await killedAfter(['a', 'b']);
    expect(await built()).toMatchObject({ kind: 'failed', side: 'b', outcome: { written: ['bench/input'] } });
  });

  it('knows how long they took', async () => {
    const { killedAfter, built } = await sides(plain, plain);
    await killedAfter(['a', 'b']);
    const made = await built();
    expect(made.kind === 'built' && made.seconds).toBeGreaterThan(0);
  });
});

describe('a build that is taken from the cache', () => {
  it('wrote what it wrote when it was made, not what is laid there now', async () => {
    const { built } = await sides(plain, `${plain}# faster\n`, { 'tests/a.txt': 'another test\n' });
    expect(await built('first', true)).toMatchObject({ kind: 'built' });
    expect(await built('second', true)).toMatchObject({ kind: 'built' });
  });

  it('is refused again where the candidate\'s wrote protected files', async () => {
    const { built } = await sides(plain, writing);
    for (const trial of ['first', 'second']) expect(await built(trial, true)).toMatchObject({ kind: 'failed', side: 'b', outcome: { written: ['bench/input'] } });
  });

  it('is forgiven again what the champion\'s wrote, too', async () => {
    const { built } = await sides(writing, `${writing}# faster\n`);
    for (const trial of ['first', 'second']) expect(await built(trial, true)).toMatchObject({ kind: 'built' });
  });
});
