import { symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { homeFrom } from '../../src/store/home.js';
import { openStoreWriter } from '../../src/store/writer.js';
import { sampleStatus } from '../client/sample-status.js';
import { errorOf, expectRefusal, folderOf, git, perfloop, temporaryFolder, type Ended, type Refusal } from './perfloop.js';

// What is refused before anything is started, as processes. No engine runs for any of it.

const works = { 'perfloop.toml': '[commands]\nbenchmark = "true"\n' };
/** Nobody may make a folder there, root included. */
const unwritable = process.platform === 'darwin' ? '/perfloop-home' : '/sys/perfloop-home';

let folder: ReturnType<typeof temporaryFolder>;
let env: NodeJS.ProcessEnv;
let configs = 0;
const at = (...names: string[]) => join(folder.path, ...names);
const run = async (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> => await perfloop(args, { cwd: folder.path, env: { ...env, ...more } });

beforeAll(() => {
  folder = temporaryFolder();
  env = { PATH: process.env['PATH'], HOME: folder.path, PERFLOOP_HOME: at('home'), TEMPORAL_CONFIG_FILE: at('none.toml'), PERFLOOP_TEMPORAL_BIN: process.env['PERFLOOP_TEMPORAL_BIN'] };
  folderOf(at('plain'), works, { commit: false });
  folderOf(at('good'), works, { commit: true });
  folderOf(at('empty'), works, { commit: false });
  git(at('empty'), 'init', '--quiet');
  writeFileSync(at('good', 'second'), '');
  git(at('good'), 'add', '--all');
  git(at('good'), 'commit', '--quiet', '--message', 'second');
  git(folder.path, 'clone', '--quiet', '--depth', '1', `file://${at('good')}`, 'shallow');
  folderOf(at('nested'), works, { commit: true });
  git(at('nested'), 'submodule', 'add', '--quiet', at('good'), 'vendor');
  git(at('nested'), 'commit', '--quiet', '--message', 'submodule');
  writeFileSync(at('nested', 'new'), '');
  folderOf(at('no-benchmark'), { 'perfloop.toml': '[commands]\ntest = "true"\n' }, { commit: true });
  folderOf(at('no-config'), { 'a.js': '' }, { commit: true });
});

afterAll(() => folder.remove());

describe('a repository that cannot be used', () => {
  it.each<[string, string[], Refusal]>([
    ['is not there', ['run', 'nowhere'], { code: 'PL_NO_SUCH_FOLDER', where: 'nowhere', says: /does not exist/ }],
    ['is a file', ['run', 'good/perfloop.toml'], { code: 'PL_NO_SUCH_FOLDER', where: 'perfloop.toml', says: /not a folder/ }],
    ['is not there, for steps', ['steps', 'nowhere'], { code: 'PL_NO_SUCH_FOLDER', where: 'nowhere' }],
    ['is no git repository', ['run', 'plain'], { code: 'PL_NOT_A_REPOSITORY', where: 'plain', says: /fix:.*git init/ }],
    ['is no git repository, for judge', ['judge', '--repo', 'plain', '--benchmark', 'true'], { code: 'PL_NOT_A_REPOSITORY', where: 'plain' }],
    ['has no commits', ['run', 'empty'], { code: 'PL_NO_COMMITS', where: 'empty', says: /fix:.*git commit/ }],
    ['has no such base', ['judge', '--repo', 'good', '--base', 'mian'], { code: 'PL_NO_SUCH_REVISION', where: 'good', says: /did you mean `main`/i }],
    ['has no such candidate', ['judge', '--repo', 'good', '--candidate', 'v9'], { code: 'PL_NO_SUCH_REVISION', where: 'good', says: /`v9`/ }],
    ['is too shallow for the base', ['judge', '--repo', 'shallow', '--base', 'HEAD~1', '--benchmark', 'true'], { code: 'PL_NO_SUCH_REVISION', where: 'shallow', says: /fix:.*git fetch --unshallow/ }],
  ])('%s', async (_what, args, refusal) => {
    expectRefusal(await run(args), refusal);
  });
});

describe('a config that cannot be used', () => {
  it.each<[string, string, Refusal]>([
    ['is no TOML', '[commands\n', { code: 'PL_CONFIG_SYNTAX', where: 'given.toml:1' }],
    ['names no benchmark', '[commands]\ntest = "true"\n', { code: 'PL_CONFIG_NO_BENCHMARK', where: 'given.toml, commands.benchmark' }],
    ['has a pattern that no engine takes', 'commands.benchmark = "true"\n[[metrics]]\nname = "a"\npattern = "a(["\n', { code: 'PL_CONFIG_INVALID', where: 'given.toml', says: /given\.toml:4: metrics\[0\]\.pattern: .*regular expression/ }],
    ['has a pattern that would explode', 'commands.benchmark = "true"\n[[metrics]]\nname = "a"\npattern = "((a{1,999}){1,999}){1,999}(x)"\n', { code: 'PL_CONFIG_INVALID', where: 'given.toml', says: /given\.toml:4: metrics\[0\]\.pattern: is too large/ }],
  ])('%s', async (_what, text, refusal) => {
    const dir = folderOf(at(`config-${configs++}`), { 'given.toml': text }, { commit: false });
    expectRefusal(await run(['run', 'good', '--config', join(dir, 'given.toml')]), refusal);
  });

  it('is told of every problem at once, with its line', async () => {
    const text = 'loop.rounds = "three"\ncomands = 1\n[target]\nprotected = ["/etc/**"]\n[commands]\nbenchmark = { run = "x", cwd = "../up" }\n';
    const dir = folderOf(at('many'), { 'given.toml': text }, { commit: false });
    const { code, problems } = errorOf(await run(['run', 'good', '--json', '--config', join(dir, 'given.toml')]));
    expect(code).toBe('PL_CONFIG_INVALID');
    const told = [/:1: loop\.rounds: expected a number, got the string "three"/, /:2: comands: unknown key; did you mean commands\?/, /:4: target\.protected\[0\]: must be relative/, /:6: commands\.benchmark\.cwd: must not leave the repository/];
    expect(problems).toEqual(told.map((line) => expect.stringMatching(line)));
  });

  it('is not there, or cannot be read', async () => {
    expectRefusal(await run(['run', 'no-config']), { code: 'PL_NO_CONFIG', where: 'no-config', says: /perfloop init no-config/ });
    expectRefusal(await run(['run', 'good', '--config', 'good']), { code: 'PL_CONFIG_UNREADABLE', where: 'good' });
  });

  it('of the repository names no benchmark', async () => {
    expect(errorOf(await run(['run', 'no-benchmark', '--json']))).toMatchObject({ code: 'PL_CONFIG_NO_BENCHMARK', where: 'perfloop.toml, commands.benchmark' });
  });
});

describe('a home that cannot be used', () => {
  it.each<[string, string[]]>([
    ['run', ['run', 'good']],
    ['judge', ['judge', '--repo', 'good', '--benchmark', 'true']],
    ['up', ['up']],
  ])('is refused by %s, not taken for a bug', async (_verb, args) => {
    expectRefusal(await run(args, { PERFLOOP_HOME: unwritable }), { code: 'PL_HOME_READ_ONLY', where: unwritable, says: /PERFLOOP_HOME/ });
  });

  it('is a file', async () => {
    expectRefusal(await run(['run', 'good'], { PERFLOOP_HOME: at('good', 'second') }), { code: 'PL_HOME_UNUSABLE', where: 'second' });
  });

  it('where the system says that nothing can be there is refused at once', async () => {
    const nowhere = process.platform === 'darwin' ? unwritable : '/proc/perfloop-home';
    expect(errorOf(await run(['run', 'good', '--json'], { PERFLOOP_HOME: nowhere })).code).toMatch(/^PL_HOME_(?:UNUSABLE|READ_ONLY)$/);
    expect(errorOf(await run(['judge', '--repo', 'good', '--benchmark', 'true', '--json'], { PERFLOOP_ARTIFACTS: nowhere })).code).toBe('PL_ARTIFACTS_READ_ONLY');
  });

  it('holds runs, but cannot be written to', async () => {
    const home = homeFrom({ PERFLOOP_HOME: at('kept') });
    const store = openStoreWriter(home.db);
    store.recordRun(sampleStatus({ run: 'r-aaaaaaaa', state: 'done' }));
    store.close();
    // Readers share a file beside the database; where it cannot be made, SQLite opens nothing.
    symlinkSync('/nowhere/shm', `${home.db}-shm`);
    for (const args of [['runs'], ['show', 'r-aaaaaaaa'], ['report', 'r-aaaaaaaa'], ['wiki', 'search', 'set']]) {
      expectRefusal(await run(args, { PERFLOOP_HOME: home.root }), { code: 'PL_HOME_READ_ONLY', where: 'perfloop.db' });
    }
  });
});

describe('a server or a port that is not to be had', () => {
  it('is away: tried again, with a word each second, then refused', async () => {
    // Port 9 is discard's, which nothing serves.
    const ended = await run(['judge', '--repo', 'nested', '--benchmark', 'true'], { TEMPORAL_ADDRESS: '127.0.0.1:9' });
    // Said before anything else; and that the tree is dirty is what the judge's WORKTREE is for.
    expect(ended.stderr).toMatch(/^warning: Submodules are empty in perfloop's worktrees \(vendor\)/);
    expect(ended.stderr).not.toContain('dirty');
    expect(ended.stderr).toMatch(/127\.0\.0\.1:9 does not answer; trying for another \d+ s/);
    expectRefusal(ended, { code: 'PL_TEMPORAL_UNREACHABLE', where: '127.0.0.1:9', says: /perfloop up/ });
  });

  it('has an address that makes no sense: not tried again', async () => {
    const ended = await run(['pause', 'r-zzzzzzzz', '--address', 'http://localhost:7233']);
    expectRefusal(ended, { code: 'PL_TEMPORAL_CONFIG', where: 'TEMPORAL_ADDRESS', says: /HOST:PORT/ });
    expect(ended.stderr).not.toContain('trying');
  });

  it('is a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((listening) => server.once('listening', listening));
    const { port } = server.address() as AddressInfo;
    expectRefusal(await run(['up', '--port', String(port)]), { code: 'PL_PORT_IN_USE', where: `127.0.0.1:${port}` });
  });

  it('is one port for two', async () => {
    expectRefusal(await run(['up', '--port', '29876', '--ui-port', '29876']), { code: 'PL_PORT_IN_USE', where: '127.0.0.1:29876', says: /Temporal and its UI/ });
  });
});

describe('a run that nobody knows', () => {
  it.each([['show'], ['report'], ['apply']])('is refused by %s, which says where it looked', async (verb) => {
    expectRefusal(await run([verb, 'r-zzzzzzzz']), { code: 'PL_NO_SUCH_RUN', where: 'home', says: /perfloop run DIR/ });
  });
});
