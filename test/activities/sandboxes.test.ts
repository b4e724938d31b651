import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sandboxDesk } from '../../src/activities/sandboxes/desk.js';
import { changeState, readState } from '../../src/activities/sandboxes/state.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { findOpenWorktree } from '../../src/workspace/open-worktree.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom } from '../../src/store/home.js';
import type { SandboxToolName } from '../../src/tools/sandbox/tool.js';
import { temporaryFolder, userRepository } from '../workspace/fixture.js';

// Real worktrees and real commands: what is vouched for is what was tested.

interface Told {
  facts: Record<string, unknown>;
  rows: readonly object[];
  notes: readonly string[];
}

/** A sandbox of a repository whose `words` must not hold `bad`. */
async function sandboxWith(toml: (folder: string) => string) {
  const folder = temporaryFolder();
  const repo = userRepository({ words: 'good\n', 'test/check.sh': '! grep bad words\n', 'test/each.sh': 'n=0; for word in $(cat words); do n=$((n+1)); echo "ok $n - $word"; done; echo "1..$n"\n' });
  const home = homeFrom({ PERFLOOP_HOME: join(folder, 'home') });
  const config = parseConfig(`[sandbox]\nmode = "off"\n[commands]\nbenchmark = "sleep 0.01"\n${toml(folder)}`, 'perfloop.toml');
  const desk = sandboxDesk({ home, artifacts: openArtifacts(home.artifacts), host: 'here', devices: ['cpu'], gpu: null, env: process.env }, () => Promise.resolve(config));
  const ask = async (name: SandboxToolName, input: object): Promise<Told> => (await desk(name, input, { cwd: folder, signal: new AbortController().signal })) as Told;
  const { facts } = await ask('sandbox_create', { repo });
  const sandbox = String(facts['sandbox']);
  const tool = (name: SandboxToolName, input: object = {}): Promise<Told> => ask(name, { sandbox, ...input });
  const edit = (file: string, old: string, to: string): Promise<Told> => tool('sandbox_apply', { edits: [{ file, old, new: to }] });
  return { folder, home, sandbox, first: String(facts['worktree']), tool, edit };
}

it('what is edited in the worktree by hand is neither tested nor measured in place of the change', async () => {
  const { home, sandbox, first, tool, edit } = await sandboxWith(() => `build = "cp words built"\ntest = "sh test/check.sh"\n`);
  writeFileSync(join(first, 'words'), 'bad\n');
  expect((await tool('sandbox_validate')).facts['valid']).toBe(true);
  await edit('words', 'good', 'bad');
  expect((await tool('sandbox_validate')).facts['valid']).toBe(false);
  const worktree = async (): Promise<string> => (await findOpenWorktree(home, `${sandbox}/sandbox/b`))?.path ?? 'none';
  writeFileSync(join(await worktree(), 'words'), 'mended\n');
  expect((await tool('sandbox_validate')).facts['valid']).toBe(false);
  await expect(tool('sandbox_commit', { message: 'x' })).rejects.toMatchObject({ code: 'PL_SANDBOX_UNTESTED' });
  writeFileSync(join(await worktree(), 'words'), 'mended\n');
  await tool('sandbox_measure', { pairs: 4 });
  expect(readFileSync(join(await worktree(), 'words'), 'utf8')).toBe('bad\n');
}, 60_000);

it('a change that comes while another one is tested stays, and is not taken for tested', async () => {
  const { folder, tool, edit } = await sandboxWith((at) => `test = "touch ${at}/began; while [ ! -e ${at}/go ]; do sleep 0.02; done; sh test/check.sh"\n`);
  await edit('words', 'good', 'better');
  const validating = tool('sandbox_validate');
  await expect.poll(() => existsSync(join(folder, 'began')), { timeout: 20_000, interval: 20 }).toBe(true);
  const { facts: { commit } } = await edit('words', 'better', 'bad');
  writeFileSync(join(folder, 'go'), '');
  const told = await validating;
  expect([told.facts['valid'], told.notes.join(' ')]).toEqual([true, expect.stringContaining('Another change was put into the sandbox meanwhile')]);
  await expect(tool('sandbox_commit', { message: 'x' })).rejects.toMatchObject({ code: 'PL_SANDBOX_UNTESTED' });
  expect((await tool('sandbox_validate')).facts).toMatchObject({ commit, valid: false });
}, 60_000);

it('a test that is lost counts against the change, though the command ends well; tests that fail without it say nothing', async () => {
  const lost = await sandboxWith(() => 'test = "sh test/each.sh"\n');
  expect((await lost.tool('sandbox_validate')).facts['valid']).toBe(true);
  await lost.edit('words', 'good', 'better');
  const told = await lost.tool('sandbox_validate');
  expect([told.facts['valid'], told.rows]).toMatchObject([false, [{ step: 'test', ok: false, problem: expect.stringMatching(/good/) as string }]]);
  const red = await sandboxWith(() => 'test = "false"\n');
  await red.edit('words', 'good', 'better');
  expect((await red.tool('sandbox_validate')).rows).toMatchObject([{ step: 'test', ok: false, problem: 'the test command fails without the change, too: `false` ended with exit code 1' }]);
}, 60_000);

it('a removed sandbox stays removed, whatever comes to its end afterwards', async () => {
  const { home, sandbox, tool } = await sandboxWith(() => '');
  const before = await readState(home, sandbox);
  await tool('sandbox_remove');
  await expect(changeState(home, before, { valid: 'x' })).rejects.toMatchObject({ code: 'PL_NO_SUCH_SANDBOX' });
  await expect(tool('sandbox_validate')).rejects.toMatchObject({ code: 'PL_NO_SUCH_SANDBOX' });
}, 60_000);

it.each([
  ['', [], 'No command checked it: the config names neither set-up, build nor test.'],
  ['build = "true"\n', ['build'], 'It passed build.'],
])('without a test (%j) nobody is told that it was tested', async (commands, steps, passed) => {
  const { tool, edit } = await sandboxWith(() => commands);
  await edit('words', 'good', 'better');
  const told = await tool('sandbox_validate');
  expect(told.rows).toMatchObject(steps.map((step) => ({ step, ok: true })));
  const untested = [passed, expect.stringContaining('The config names no test')];
  expect(told.notes).toEqual(untested);
  expect((await tool('sandbox_commit', { message: 'Say it better' })).notes).toEqual([...untested, expect.stringContaining('No verdict was reached')]);
}, 60_000);
