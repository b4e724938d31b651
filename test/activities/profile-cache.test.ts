import { rmSync } from 'node:fs';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { Dependencies } from '../../src/activities/dependencies.js';
import { profileActivity } from '../../src/activities/profile.js';
import { ProfileCache, type KeptProfile } from '../../src/activities/profile-cache.js';
import { worktreeActivities } from '../../src/activities/worktrees.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { commitAllOf, prepared, userGit, userRepository, write } from '../workspace/fixture.js';

const run = <Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> => new MockActivityEnvironment().run<[Input], Output, (input: Input) => Promise<Output>>(activity, input);
const working = 'let sum = 0;\nfor (let i = 0; i < 3e7; i++) sum += Math.sqrt(i);\nconsole.log(sum);\n';
const plain = '[commands]\nbenchmark = "node bench.js"\n[sandbox]\nmode = "off"\n';

async function made() {
  const dir = userRepository({ 'bench.js': working });
  const { home, artifacts, target, repository } = await prepared(dir);
  const deps: Dependencies = { home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: process.env };
  const commit = async (changes: Record<string, string>): Promise<string> => {
    write(dir, changes);
    const hash = commitAllOf(dir, 'later');
    userGit(repository.path, 'fetch', '-q', dir, hash);
    return hash;
  };
  return { deps, target, commit, base: target.base };
}

describe('a profile', () => {
  it('is taken once of the same files, and anew of others', async () => {
    const { deps, target, base } = await made();
    const config = parseConfig(plain, 'perfloop.toml');
    const profiled = async (of: string) => {
      const scope = { v: 1 as const, run: of, trial: 'profile', target, config };
      const [worktree] = await run(worktreeActivities(deps).openWorktrees, { ...scope, worktrees: [{ key: `${of}/profile`, commit: base }] });
      if (worktree === undefined) throw new Error('no worktree');
      return await run(profileActivity(deps), { ...scope, lease: { host: 'here', tag: 'cpu', device: 'cpu', gpu: null, token: 't' }, worktree, brought: null });
    };
    const first = await profiled('r-1');
    expect(first).toMatchObject({ reused: null, profile: { kind: 'profile' } });
    expect(await profiled('r-2')).toEqual({ profile: first.profile, summary: first.summary, reused: { run: 'r-1', at: expect.any(Number) as number } });
  }, 120_000);

  it('is found by what is in it: the files, the config, the host; as long as it is young enough', async () => {
    const { deps, target, commit, base } = await made();
    const cache = async ({ of = deps, at = base.commit, toml = plain } = {}): Promise<ProfileCache> => {
      const found = await ProfileCache.of(of, { target, config: parseConfig(toml, 'perfloop.toml'), commit: at }, ['node bench.js']);
      if (found === null) throw new Error('no cache');
      return found;
    };
    const kept: KeptProfile = { profile: await deps.artifacts.put('profile', 'bytes'), summary: 'one', run: 'r-1', at: 1000 };
    await (await cache()).keep(kept);
    expect(await (await cache()).find(2000)).toEqual(kept);
    const other = await commit({ 'bench.js': `// changed\n${working}` });
    expect(await (await cache({ at: other })).find(2000)).toBeNull();
    // The same files by another commit: what was accepted yesterday, merged by a person.
    expect(await (await cache({ at: await commit({ 'bench.js': working }) })).find(2000)).toEqual(kept);
    expect(await (await cache({ of: { ...deps, host: 'there' } })).find(2000)).toBeNull();
    expect(await (await cache({ toml: plain.replace('node bench.js', 'node bench.js --more') })).find(2000)).toBeNull();
    expect(await (await cache({ toml: `${plain}[profile]\nkind = "v8"\n` })).find(2000)).toBeNull();
    expect(await (await cache({ toml: `${plain}[loop]\nrounds = 7\n` })).find(2000)).toEqual(kept);
    expect(await (await cache()).find(1000 + 7 * 86_400_000)).toEqual(kept);
    expect(await (await cache()).find(1001 + 7 * 86_400_000)).toBeNull();
    expect(await ProfileCache.of(deps, { target, config: parseConfig(`${plain}[profile]\nreuse = false\n`, 'perfloop.toml'), commit: base.commit }, [])).toBeNull();
  });

  it('is taken anew where its bytes are gone', async () => {
    const { deps, target, base } = await made();
    const cache = await ProfileCache.of(deps, { target, config: parseConfig(plain, 'perfloop.toml'), commit: base.commit }, []);
    const profile = await deps.artifacts.put('profile', 'bytes');
    await cache?.keep({ profile, summary: 'one', run: 'r-1', at: 1000 });
    rmSync(openArtifacts(deps.home.artifacts).pathOf(profile));
    expect(await cache?.find(2000)).toBeNull();
  });
});
