import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openWriter } from '../../../src/store/database.js';
import { homeFrom } from '../../../src/store/home.js';
import { restartDelayMs } from '../../../src/worker/engine/child.js';
import { ensureEngine } from '../../../src/worker/engine/engine.js';
import { assertHomeWritable, homeError } from '../../../src/worker/engine/home-check.js';
import { tryLock } from '../../../src/worker/engine/lock.js';
import { boundLog, readFrom, tailOf } from '../../../src/worker/engine/logs.js';
import { packageRoot, sameBuild } from '../../../src/worker/engine/package-paths.js';
import { identify, isAlive, terminate } from '../../../src/worker/engine/process.js';
import { lastUse, touchEngine } from '../../../src/worker/engine/state.js';
import { unusedFor } from '../../../src/worker/engine/idle.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'perfloop-parts-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
});

/** A Node process that runs the script until the test ends; resolves when it has written a line. */
async function running(script: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())));
  if (child.pid === undefined) throw new Error('not started');
  return { pid: child.pid, line };
}

describe('a lock', () => {
  const holder = (file: string): string => `
    import { tryLock } from ${JSON.stringify(join(packageRoot, 'dist/worker/engine/lock.js'))};
    console.log(tryLock(${JSON.stringify(file)}) ? 'held' : 'refused');
    setInterval(() => undefined, 1000);`;

  it('belongs to one process until that is killed', async () => {
    const file = join(root, 'lock');
    const { pid, line } = await running(holder(file));
    expect(line).toBe('held');
    expect(tryLock(file)).toBeNull();
    expect((await running(holder(file))).line).toBe('refused');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => tryLock(file)?.release() ?? 'free').toBe('free');
  });

  it('is still held after a garbage collection', async () => {
    const file = join(root, 'lock');
    const script = `
      import v8 from 'node:v8'; import vm from 'node:vm';
      import { tryLock } from ${JSON.stringify(join(packageRoot, 'dist/worker/engine/lock.js'))};
      v8.setFlagsFromString('--expose-gc');
      const gc = vm.runInNewContext('gc');
      const taken = tryLock(${JSON.stringify(file)}) !== null;
      for (let round = 0; round < 5; round++) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
      console.log(taken ? 'held' : 'refused');
      setInterval(() => undefined, 1000);`;
    expect((await running(script)).line).toBe('held');
    expect(tryLock(file)).toBeNull();
  });

  it('can be given back', () => {
    const file = join(root, 'lock');
    tryLock(file)?.release();
    expect(tryLock(file)).not.toBeNull();
  });
});

describe('a process', () => {
  it('is another one when its start time or its boot differs', async () => {
    const self = await identify(process.pid);
    if (!self) throw new Error('this process is not there');
    expect(await isAlive(self)).toBe(true);
    expect(await isAlive({ ...self, start: 'earlier' })).toBe(false);
    expect(await isAlive({ ...self, boot: 'earlier' })).toBe(false);
  });

  it('that ignores SIGTERM is killed after the grace', async () => {
    const { pid } = await running("process.on('SIGTERM', () => undefined); console.log('up'); setInterval(() => undefined, 1000);");
    const id = await identify(pid);
    if (!id) throw new Error('not started');
    await terminate(id, 100);
    expect(await isAlive(id)).toBe(false);
  });
});

describe('a home that cannot be used', () => {
  it('is refused when it is a file', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(() => assertHomeWritable(homeFrom({ PERFLOOP_HOME: file }))).toThrow(expect.objectContaining({ code: 'PL_HOME_UNUSABLE', where: file }) as Error);
  });

  it('is refused by every command when it is read-only', async () => {
    // Root may write to any folder but not to the kernel's.
    const place = process.getuid?.() === 0 ? '/sys/kernel' : join(root, 'locked');
    if (place.startsWith(root)) {
      mkdirSync(place);
      chmodSync(place, 0o555);
    }
    const home = homeFrom({ PERFLOOP_HOME: join(place, 'home') });
    await expect(ensureEngine({ home, env: {} })).rejects.toMatchObject({ code: 'PL_HOME_READ_ONLY', where: home.root });
  });

  it('is refused by every command when its knowledge base is of a newer perfloop', async () => {
    const home = homeFrom({ PERFLOOP_HOME: join(root, 'home') });
    const db = openWriter(home.db);
    db.pragma('user_version = 99');
    db.close();
    await expect(ensureEngine({ home, env: {} })).rejects.toMatchObject({ code: 'PL_DATABASE_NEWER', where: home.db });
  });

  it('is told apart from a full disk', () => {
    const home = homeFrom({ PERFLOOP_HOME: root });
    const failure = (code: string): Error => Object.assign(new Error(code), { code });
    expect(homeError(home, failure('EROFS'))).toMatchObject({ code: 'PL_HOME_READ_ONLY' });
    expect(homeError(home, failure('ENOSPC'))).toMatchObject({ code: 'PL_DISK_FULL' });
    const other = failure('EMFILE');
    expect(homeError(home, other)).toBe(other);
  });

  it('leaves nothing behind when it can be used', () => {
    const home = homeFrom({ PERFLOOP_HOME: join(root, 'home') });
    assertHomeWritable(home);
    expect(existsSync(join(home.temporal, 'bin'))).toBe(true);
    expect(statSync(home.root).isDirectory()).toBe(true);
  });
});

describe('logs', () => {
  it('are bounded while somebody appends to them', () => {
    const file = join(root, 'log');
    writeFileSync(file, 'x'.repeat(9 * 1024 * 1024));
    boundLog(file);
    appendFileSync(file, 'after\n');
    expect(readFileSync(file, 'utf8')).toBe('after\n');
    expect(statSync(`${file}.1`).size).toBe(9 * 1024 * 1024);
    boundLog(file);
    expect(readFileSync(file, 'utf8')).toBe('after\n');
  });

  it('are read on from where a reader was, and from the start when they were cut', () => {
    const file = join(root, 'log');
    writeFileSync(file, 'one\n');
    const first = readFrom(file, 0);
    appendFileSync(file, 'two\n');
    expect(readFrom(file, first.offset)).toEqual({ text: 'two\n', offset: 8 });
    writeFileSync(file, 'new\n');
    expect(readFrom(file, 8)).toEqual({ text: 'new\n', offset: 4 });
    expect(tailOf(file, 3)).toEqual(['new']);
    expect(tailOf(join(root, 'absent'), 3)).toEqual([]);
  });
});

describe('small rules', () => {
  it('a part is started again at once after its first death, then ever more patiently', () => {
    expect([1, 2, 3, 4, 20].map(restartDelayMs)).toEqual([0, 250, 500, 1000, 15_000]);
  });

  it('an engine is replaced when its checkout was rebuilt or its version differs', () => {
    const build = { version: '1.0.0', root: '/a', builtAt: 1 };
    expect(sameBuild(build, { ...build })).toBe(true);
    expect(sameBuild(build, { ...build, builtAt: 2 })).toBe(false);
    expect(sameBuild(build, { ...build, version: '1.0.1' })).toBe(false);
    expect(sameBuild(build, { ...build, root: '/b', builtAt: 2 })).toBe(true);
  });

  it('a client that came counts as use', () => {
    const home = homeFrom({ PERFLOOP_HOME: root });
    expect(lastUse(home)).toBe(0);
    expect(unusedFor(home, Date.now() - 5000, 1000)).toBe(true);
    expect(unusedFor(home, Date.now(), 1000)).toBe(false);
    touchEngine(home);
    touchEngine(home);
    expect(unusedFor(home, Date.now() - 5000, 60_000)).toBe(false);
  });
});
