import { MockActivityEnvironment } from '@temporalio/testing';
import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { agentActivities } from '../../src/activities/agent.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { homeOfWorktree, openWorktree } from '../../src/workspace/open-worktree.js';
import { prepared, temporaryFolder, userRepository } from '../workspace/fixture.js';

// Without a sandbox, so that what the activity itself does is what is seen.

const buildKey = 'build-4711-key';

async function ground(script: string) {
  const { home, artifacts, target } = await prepared(userRepository());
  const config = parseConfig(`[sandbox]\nmode = "off"\n[commands]\nbuild = { run = "true", env = { REGISTRY = "$BUILD_ENTRANCE" } }\n[agents.own]\ncommand = ["sh", "-c", ${JSON.stringify(script)}, "{prompt_file}"]\n`, 'perfloop.toml');
  const { repository } = await prepared(target.origin, home);
  const { runAgent } = agentActivities({ home, artifacts, host: 'here', devices: ['cpu'], gpu: null, env: { PATH: process.env['PATH'], HOME: temporaryFolder(), BUILD_ENTRANCE: buildKey } });
  const worktree = await openWorktree({ home, repository, key: 'r-test/a/edit-1', commit: target.base.commit, layoutSeed: 0, place: null, prepare: async () => {} });
  const failure = { what: 'The build command fails.', log: await artifacts.put('log', `no entrance with ${buildKey}\n`), diff: null };
  const input = {
    v: 1 as const, run: 'r-test', trial: 'a', target, config, agent: 'own', findings: await artifacts.put('findings', '[]'), history: [], attempt: { number: 1, of: 1 },
    champion: target.base, worktree: { key: worktree.key, commit: worktree.commit }, iteration: 1, task: null, failure,
  };
  const run = () => new MockActivityEnvironment().run<[typeof input], Awaited<ReturnType<typeof runAgent>>, typeof runAgent>(runAgent, input);
  return { run, worktree, agentHome: homeOfWorktree(home, worktree.id), text: async (ref: typeof failure.log) => (await artifacts.get(ref)).toString('utf8') };
}

it('a task is not written through a link of an earlier try, and tells no key of the config', async () => {
  const { run, agentHome, text } = await ground('cat $0 > task-seen; echo Done');
  const victim = join(temporaryFolder(), 'victim');
  writeFileSync(victim, 'mine');
  mkdirSync(agentHome, { recursive: true });
  symlinkSync(victim, join(agentHome, 'perfloop-task.md'));
  const ran = await run();
  expect(readFileSync(victim, 'utf8')).toBe('mine');
  expect(lstatSync(join(agentHome, 'perfloop-task.md')).isFile()).toBe(true);
  const prompt = await text(ran.prompt);
  expect(prompt).toContain('no entrance with [redacted BUILD_ENTRANCE]');
  expect(readFileSync(join(agentHome, 'perfloop-task.md'), 'utf8')).toBe(prompt);
  expect(ran.edit).toMatchObject({ kind: 'changed', title: 'Done', refused: null });
});

it('a repository that it leaves, and what is too large, is thrown away with the reason', async () => {
  const nested = await ground('git init -q src/inner; echo x > src/inner/x; echo Done');
  expect((await nested.run()).edit).toEqual({ kind: 'nested', why: 'The edit was thrown away: it leaves a git repository in src/inner.' });
  const large = await ground('truncate -s 3000000000 core; echo Done');
  expect((await large.run()).edit).toEqual({ kind: 'too-large', why: 'The edit was thrown away: core has 3000 MB; a file of a change may have 20 MB. Remove what is no part of the change.' });
});
