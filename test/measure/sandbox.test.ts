import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireHostLock } from '../../src/measure/host-lock.js';
import { reapJobs } from '../../src/measure/job-journal.js';
import { secretsOf } from '../../src/measure/sandbox/secrets.js';
import { standInRepository } from '../../src/workspace/stand-in.js';
import { prepared, userRepository } from '../workspace/fixture.js';
import { confined, describeSandboxed, onlyWithin } from './sandbox-support.js';
import { runCommand } from '../../src/measure/run-command.js';
import { atEnd, isAlive, startScript, temporaryFolder, until, written } from './support.js';

/** Two executions of one command: the second tells whether something of the first one is still there. */
const twice = async (run: () => Promise<{ stdout: string; stderr: string }>): Promise<string[]> => [await run(), await run()].map(({ stdout, stderr }) => stdout.trim() || stderr.trim());

describeSandboxed('a command in a sandbox', () => {
  test('reaches nothing by network but itself', async () => {
    const server = createServer((socket) => socket.end('hello from outside'));
    await new Promise<void>((resolve) => void server.listen(0, '0.0.0.0', resolve));
    atEnd(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const addresses = ['127.0.0.1', ...Object.values(networkInterfaces()).flatMap((all) => all ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)];
    const connect = (address: string): string => `node -e 'require("net").connect(${port}, "${address}").on("data", (text) => console.log(String(text))).on("error", ({ code }) => console.log(code))'`;
    const { run } = await confined();
    for (const address of addresses) expect((await run(connect(address))).stdout).toMatch(/^E(CONNREFUSED|NETUNREACH)\n$/);
    expect((await run(connect('127.0.0.1'), { network: true })).stdout).toBe('hello from outside\n');
    const itself = `node -e 'const server = require("net").createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1", () => require("net").connect(server.address().port, "127.0.0.1").on("data", (text) => { console.log(String(text)); process.exit(0); }))'`;
    expect((await run(itself)).stdout).toBe('hello\n');
  });

  test('reaches no abstract or named socket of the host', async () => {
    const { run, usersHome } = await confined({ 'note': '' });
    const abstract = createServer((socket) => socket.end('hello')).listen('\0perfloop-test-socket');
    atEnd(() => void abstract.close());
    const connect = (path: string): string => `node -e 'require("net").connect(${path}).on("data", (text) => console.log(String(text))).on("error", ({ code }) => console.log(code))'`;
    expect((await run(connect('"\\0perfloop-test-socket"'))).stdout).toBe('ECONNREFUSED\n');
    expect((await run('ls -A /run/user /run/docker.sock /run/dbus 2> /dev/null')).stdout).toBe('');
    expect(readdirSync(usersHome)).toEqual(['note']);
  });

  test('reads no key, token or history, by the home or by its real path', async () => {
    const secrets = ['.ssh/id_ed25519', '.aws/credentials', '.config/gh/hosts.yml', '.netrc', '.npmrc', '.cargo/credentials.toml', '.docker/config.json', '.bash_history'];
    const { run, usersHome } = await confined({ ...Object.fromEntries(secrets.map((name) => [name, 'a secret\n'])), '.config/other/settings': 'no secret\n', '.cargo/config.toml': 'no secret\n' });
    const read = `for file in ${secrets.flatMap((name) => [`~/${name}`, join(usersHome, name)]).join(' ')}; do cat "$file" 2> /dev/null; done; grep -r 'a secret' ~ ${usersHome} 2> /dev/null; cat ~/.config/other/settings ~/.cargo/config.toml`;
    expect((await run(read)).stdout).toBe('no secret\nno secret\n');
  });

  test('reads what package managers have only where it installs', () => {
    const installing = secretsOf('/home/me', { installing: true });
    expect(installing).toContain('/home/me/.ssh');
    expect(installing).not.toContain('/home/me/.npmrc');
    expect(secretsOf('/home/me', { installing: false })).toEqual(expect.arrayContaining([...installing, '/home/me/.npmrc']));
  });

  test('sees nothing of perfloop besides its worktree', async () => {
    const { run, worktree } = await confined();
    const perfloop = join(worktree, '..', 'perfloop');
    await mkdir(join(perfloop, 'worktrees', 'other'), { recursive: true });
    await writeFile(join(perfloop, 'perfloop.db'), 'everything');
    expect((await run(`pwd; ls -A ${perfloop}; ls -d ${tmpdir()}/perfloop-*/worktree`)).stdout).toBe('/run/build/0123456789abcdef\n');
  });

  test('writes nothing of the host but its worktree', async () => {
    const { run, worktree, usersHome } = await confined({ '.bashrc': 'mine\n', 'data/set': 'mine\n' });
    const { stdout } = await run(`for file in ~/.bashrc ${usersHome}/.bashrc ~/data/set ~/data/new /usr/new /etc/new /var/new; do (echo mine > $file) 2> /dev/null && echo wrote $file; done; echo built > result; rm -rf ${usersHome} 2> /dev/null; mv ${usersHome} elsewhere 2> /dev/null`);
    expect(stdout).toBe('');
    expect(readFileSync(join(usersHome, '.bashrc'), 'utf8')).toBe('mine\n');
    expect(readdirSync(join(usersHome, 'data'))).toEqual(['set']);
    expect(readFileSync(join(worktree, 'result'), 'utf8')).toBe('built\n');
  });

  test('has a home where programs may begin folders of their own, which is not the user\'s', async () => {
    const { run, usersHome, sandbox } = await confined({ '.cache/models/one': 'weights\n', '.config/tool/settings': 'x\n' });
    expect((await run('cat ~/.cache/models/one && mkdir ~/.newtool ~/.cache/newtool ~/.config/newtool && echo cached > ~/.cache/newtool/file')).stdout).toBe('weights\n');
    expect((await run('cat ~/.cache/newtool/file')).stdout).toBe('cached\n');
    expect(readdirSync(join(usersHome, '.cache'))).toEqual(['models']);
    expect(existsSync(join(sandbox.home as string, '.cache', 'newtool', 'file'))).toBe(true);
  });

  test('writes where the config lets it, and reads what the config shows', async () => {
    const { run, usersHome } = await confined({ '.netrc': 'machine\n', '.gradle/daemon': 'x\n' });
    const shown = await run('cat ~/../..' + join(usersHome, '.netrc'), { hidden: [] });
    expect(shown.stdout).toBe('machine\n');
    expect((await run('echo more >> ~/.gradle/daemon', { writable: [join(usersHome, '.gradle')] })).ok).toBe(true);
    expect(readFileSync(join(usersHome, '.gradle', 'daemon'), 'utf8')).toBe('x\nmore\n');
  });

  test('neither sees nor ends a process of the host', async () => {
    const victim = spawn('sleep', ['600'], { stdio: 'ignore' });
    atEnd(() => void victim.kill('SIGKILL'));
    const { run } = await confined();
    const { stdout } = await run(`ps ax -o pid=,args=; ls /proc | grep -x '[0-9]*'; kill -9 ${victim.pid} 2>&1; ${onlyWithin} && kill -9 -1; true`);
    expect(stdout).not.toContain('sleep 600');
    expect(stdout).not.toContain('vitest');
    expect(await isAlive(victim.pid ?? -1)).toBe(true);
  });

  test('leaves nothing for the next one in /tmp, /var/tmp, /dev/shm, shared memory or message queues', async () => {
    const { run } = await confined();
    const files = 'for file in /tmp/one /var/tmp/two /dev/shm/three "$TMPDIR/four"; do test -e "$file" && echo found "$file"; echo x > "$file"; done; echo done';
    expect(await twice(() => run(files))).toEqual(['done', 'done']);
    const shared = `python3 -c "
import ctypes
libc = ctypes.CDLL(None)
print('found' if libc.shmget(4711, 4096, 0) >= 0 or libc.msgget(4711, 0) >= 0 else 'none')
assert libc.shmget(4711, 4096, 0o1600) >= 0 and libc.msgget(4711, 0o1600) >= 0"`;
    expect(await twice(() => run(shared))).toEqual(['none', 'none']);
  });

  test.each([
    ['in a session of its own', `setsid sh -c "echo started > started; sleep ${longSleep}" > /dev/null 2>&1 &`],
    ['forked twice, with no environment and other file descriptors', `(env -i setsid sh -c "echo started > started; exec sleep ${longSleep}" < /dev/null > /dev/null 2>&1 &) &`],
  ])('that leaves a process behind %s has it ended', async (_, start) => {
    const { run } = await confined();
    const { ok, outlived } = await run(`${start}\nwhile [ ! -e started ]; do sleep 0.01; done`);
    expect(ok).toBe(true);
    expect(outlived.processes).toContain('sleep');
    expect(outlived.processes).not.toContain('bwrap');
    expect(sleepers()).toEqual([]);
  });

  test('that calls a process as the sandbox is called has it counted all the same', async () => {
    const { run } = await confined();
    const { outlived } = await run(`printf '#!/bin/sh\\necho up > up\\nsleep ${longSleep}\\n:\\n' > bwrap; chmod +x bwrap; ./bwrap > /dev/null 2>&1 &\nwhile [ ! -e up ]; do sleep 0.01; done`);
    expect(outlived.processes).toContain('bwrap');
    expect(outlived.ended).toBe(outlived.processes.length);
  });

  test('fails where its folder leads out of what it sees, which is an error where the folder is the config\'s', async () => {
    const { worktree, sandbox } = await confined();
    symlinkSync(await temporaryFolder(), join(worktree, 'app'));
    const request = { command: 'true', cwd: join(worktree, 'app'), env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 60_000, sandbox };
    expect(await runCommand({ ...request, failsWithout: 'app' })).toMatchObject({ ok: false, exitCode: 127, stderr: expect.stringContaining('there is no folder app to run it in') as string });
    await expect(runCommand(request)).rejects.toMatchObject({ code: 'PL_SANDBOX' });
  });

  test('is ended with everything on timeout, one that ignores SIGTERM too', async () => {
    const { worktree, sandbox } = await confined();
    const running = runCommand({ command: `trap '' TERM; setsid sh -c 'trap "" TERM; while :; do sleep ${longSleep}; done' & sh -c 'trap "" TERM; echo started > started; while :; do sleep ${longSleep}; done'`, cwd: worktree, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 3000, graceMs: 100, sandbox });
    expect(await running).toMatchObject({ ok: false, timedOut: true });
    expect(existsSync(join(worktree, 'started'))).toBe(true);
    expect(sleepers()).toEqual([]);
  });

  test('of a worker that was killed is found and ended, with what left its group and cleared its environment', async () => {
    const { sandbox, worktree } = await confined();
    const journal = await temporaryFolder();
    const command = `trap '' TERM; (env -i setsid sh -c 'echo $$ > orphan; exec sleep ${longSleep}' &); echo $$ > leader; while :; do sleep 0.05; done`;
    const worker = startScript('scripts/run-job.ts', [journal, command, JSON.stringify(sandbox)]);
    await Promise.all([written(join(worktree, 'leader')), written(join(worktree, 'orphan'))]);
    await until(() => sleepers().length > 0);
    expect(await reapJobs(journal)).toEqual([]);
    worker.child.kill('SIGKILL');
    await worker.exited;
    const [reaped] = await reapJobs(journal);
    expect(reaped?.name).toBe('a test job');
    expect(sleepers()).toEqual([]);
    expect(existsSync(join(tmpdir(), reaped?.id ?? ''))).toBe(false);
    expect(readdirSync(journal)).toEqual([]);
  });

  test('that holds the host lock keeps it as long as it runs, after its worker was killed too', async () => {
    const { sandbox, worktree } = await confined();
    const locks = await temporaryFolder();
    const worker = startScript('scripts/hold-lock.ts', [locks, 'exclusive', `echo $$ > leader; while [ ! -e go ]; do sleep 0.05; done`, JSON.stringify(sandbox)]);
    await written(join(worktree, 'leader'));
    worker.child.kill('SIGKILL');
    await worker.exited;
    const waits = await new Promise((resolve) => {
      void acquireHostLock({ folder: locks, mode: 'exclusive', onWaiting: () => resolve(true) }).then((lock) => {
        resolve(false);
        return lock.release();
      });
    });
    expect(waits).toBe(true);
    await writeFile(join(worktree, 'go'), '');
    (await acquireHostLock({ folder: locks, mode: 'exclusive' })).release();
  });

  test('tells with which signal it ended, and its exit code', async () => {
    const { run } = await confined();
    expect(await run('kill -SEGV $$')).toMatchObject({ ok: false, exitCode: null, signal: 'SIGSEGV' });
    expect(await run('exit 3')).toMatchObject({ ok: false, exitCode: 3, signal: null });
  });

  test('that could not be made is told as such, and is no failure of the command', async () => {
    const { run, sandbox } = await confined();
    await expect(run('echo ran', { worktree: { ...sandbox.worktree, path: `${sandbox.worktree.path}/gone` } })).rejects.toMatchObject({ code: 'PL_SANDBOX', message: expect.stringContaining('gone') as string });
  });

  test('cannot lift the restrictions', async () => {
    const { run, usersHome } = await confined({ '.ssh/id': 'a secret\n' });
    const attempts = ['mount -o remount,rw /', 'mount -o remount,bind,rw /', `umount ${usersHome}/.ssh`, 'echo 1 > /proc/sys/vm/drop_caches', 'unshare -Urm mount -o remount,rw /', `unshare -Urm umount ${usersHome}/.ssh`];
    for (const attempt of attempts) expect((await run(attempt)).ok, attempt).toBe(false);
    expect((await run(`cat ${usersHome}/.ssh/id /proc/1/root${usersHome}/.ssh/id`)).stdout).toBe('');
  });
});

describeSandboxed('git in a sandbox', () => {
  test('says the same of both sides, and cannot be written to', async () => {
    const { home, repository, base } = await prepared(userRepository());
    const git = await standInRepository(home, repository, base);
    const { run, worktree } = await confined();
    await writeFile(join(worktree, '.git'), 'gitdir: /somewhere/in/perfloop\n');
    const { stdout } = await run('git rev-parse HEAD; git log --format=%H --all; git ls-files; git for-each-ref; git describe --always', { git });
    const files = await repository.listFiles(base);
    expect(stdout.split('\n')).toEqual([base, base, ...files, base.slice(0, 7), '']);
    const writes = 'git config user.name me || git commit --allow-empty -m x || echo "#!/bin/sh" > .git/hooks/post-checkout || echo gitdir: elsewhere > .git || rm .git || mv .git away';
    expect((await run(writes, { git })).ok).toBe(false);
    expect(readFileSync(join(worktree, '.git'), 'utf8')).toBe('gitdir: /somewhere/in/perfloop\n');
  });

  test('may be written to by a set-up, and keeps nothing of it', async () => {
    const { home, repository, base } = await prepared(userRepository());
    const git = await standInRepository(home, repository, base);
    const { run } = await confined();
    expect((await run('git config core.hooksPath .husky && git config core.hooksPath', { git, trusted: true, home: null })).stdout).toBe('.husky\n');
    expect((await run('git config core.hooksPath', { git })).stdout).toBe('');
  });
});

/** Tells the sleeping processes of this test from those of others. */
const longSleep = String(600 + Math.random());

/** Wherever they are, and whatever they did to their environment. */
function sleepers(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(join('/proc', pid, 'cmdline'), 'latin1').includes(longSleep);
    } catch {
      return false;
    }
  });
}
