import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { cachedProfile } from '../../src/profile/cached.js';
import { importProfile, type ImportSummary } from '../../src/profile/import/import.js';
import { openProfile, type ProfileDatabase } from '../../src/profile/tools/open.js';
import { pruneCache } from '../../src/profile/prune-cache.js';
import type { Home } from '../../src/store/home.js';
import Database from '../../src/store/sqlite.js';
import { globalPidOf, globalTidOf, writeExport } from './nsys-export.js';
import { temporaryFolder } from './temporary-folder.js';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'profile');
const v8File = join(fixtures, 'group-node-20.cpuprofile');

function made(name: string, content: string | Buffer): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

async function importing(file: string): Promise<{ summary: ImportSummary; db: ProfileDatabase }> {
  const summary = await importProfile({ files: [file], kind: 'auto', database: join(temporaryFolder(), 'p.sqlite') });
  const db = openProfile(summary.database);
  onTestFinished(() => void db.close());
  return { summary, db };
}

/** Nothing may be left beside where the database would be. */
async function refusal(file: string): Promise<string> {
  const folder = temporaryFolder();
  try {
    await importProfile({ files: [file], kind: 'auto', database: join(folder, 'p.sqlite') });
  } catch (error) {
    expect(readdirSync(folder)).toEqual([]);
    return (error as { code?: string }).code ?? String(error);
  }
  return 'nothing was thrown';
}

const notes = (db: ProfileDatabase): string[] => db.prepare<[], string>('SELECT text FROM PERFLOOP_NOTES').pluck().all();
const kernel = { ph: 'X', cat: 'kernel', name: 'k', pid: 0, tid: 7, ts: 1_695_835_542_514_270, dur: 4, args: { device: 0, stream: 7, correlation: 5 } };
const trace = (...events: object[]): string => JSON.stringify({ schemaVersion: 1, traceEvents: events });
const exported = { start: 10, end: 30, deviceId: 0, contextId: 1, streamId: 7, correlationId: 5, globalPid: globalPidOf(100), demangledName: 1, shortName: 1 };

describe('a file that is no whole profile', () => {
  test.each<[string, string, () => string]>([
    ['an empty SQLite file', 'PL_PROFILE_EMPTY', () => made('a.sqlite', '')],
    ['a database without tables', 'PL_PROFILE_NSYS', () => {
      const file = join(temporaryFolder(), 'a.sqlite');
      new Database(file).exec('CREATE TABLE t (x); DROP TABLE t').close();
      return file;
    }],
    ['a log alone', 'PL_PROFILE_UNKNOWN', () => made('a.sqlite-wal', Buffer.from('377f068200000000', 'hex'))],
    ['JSON of 0 bytes', 'PL_PROFILE_EMPTY', () => made('a.json', '')],
    ['a trace that is cut in the middle', 'PL_PROFILE_MALFORMED', () => made('a.json', trace(kernel, kernel).slice(0, 250))],
    ['a trace that is cut in a string', 'PL_PROFILE_MALFORMED', () => made('a.json', `{"schemaVersion":1,"traceEvents":[{"ph":"X","na`)],
    ['speedscope that is cut', 'PL_PROFILE_MALFORMED', () => made('a.json', readFileSync(join(fixtures, 'py-spy.speedscope.json')).subarray(0, 3000))],
    ['gzip that is cut', 'PL_PROFILE_MALFORMED', () => made('a.json.gz', gzipSync(trace(...Array.from({ length: 999 }, (_, i) => ({ ...kernel, name: `k${(i * 7919) % 1000}` })))).subarray(0, 900))],
    ['gzip of nothing', 'PL_PROFILE_UNKNOWN', () => made('a.json.gz', gzipSync(''))],
    ['text that is none of these', 'PL_PROFILE_UNKNOWN', () => made('a.txt', 'one 1\ntwo 2\n')],
    ['a picture', 'PL_PROFILE_UNKNOWN', () => made('a.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))],
    ['folded stacks with a line that is none', 'PL_PROFILE_MALFORMED', () => made('a.txt', `${'a;b 1\n'.repeat(200)}hello\n`)],
    ['a count that is absurd', 'PL_PROFILE_MALFORMED', () => made('a.txt', 'a;b 99999999999999999999\n')],
    ['perf script without a whole sample', 'PL_PROFILE_MALFORMED', () => made('a.data', Buffer.concat([Buffer.from('PERFILE2'), Buffer.alloc(90)]))],
    ['a folder', 'PL_PROFILE_MISSING', () => temporaryFolder()],
  ])('%s is refused with %s', async (name, code, make) => {
    const refused = await refusal(make());
    // Without perf, it cannot be read either.
    expect(name.startsWith('perf') && refused === 'PL_PERF_MISSING' ? code : refused).toBe(code);
  });

  it.each([10, 20_000])('bytes after the end of gzip are told as such (%i events)', async (events) => {
    const file = made('a.json.gz', Buffer.concat([gzipSync(trace(...Array.from({ length: events }, () => kernel))), Buffer.from('trailing bytes')]));
    await expect(importing(file)).rejects.toMatchObject({ code: 'PL_PROFILE_MALFORMED', message: expect.stringContaining('follow its end') as string });
  });
});

describe('values that no profiler writes', () => {
  it('events at negative, absurd or missing times are left out and counted', async () => {
    const { db } = await importing(made('a.json', trace(kernel, { ...kernel, dur: -1 }, { ...kernel, ts: 1e300 }, { ...kernel, ts: -1e300 }, { ...kernel, ts: 'soon' }, { ...kernel, ts: null }, { ...kernel, dur: 1e300 })));
    expect(db.prepare('SELECT COUNT(*), MIN(start), MAX("end") FROM CUPTI_ACTIVITY_KIND_KERNEL').raw().get()).toEqual([1, 0, 4000]);
    expect(notes(db)).toEqual(expect.arrayContaining([expect.stringMatching(/^\d events have no readable time or form/)]));
  });

  it('ids of 2^63 are null in a trace, and exact in an export', async () => {
    const { db } = await importing(made('a.json', trace({ ...kernel, args: { device: 0, stream: 7, correlation: 2 ** 63 } }).replace('9223372036854776000', '9223372036854775808')));
    expect(db.prepare('SELECT correlationId FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().get()).toBeNull();
    const most = 2n ** 63n - 1n;
    const file = writeExport(join(temporaryFolder(), 'a.sqlite'), {
      CUPTI_ACTIVITY_KIND_KERNEL: [{ ...exported, correlationId: most, globalPid: -(2n ** 63n) }],
      CUPTI_ACTIVITY_KIND_RUNTIME: [{ start: 1, end: 2, globalTid: most, correlationId: most, nameId: 1 }],
      COMPOSITE_EVENTS: [{ id: 1, start: 1, globalTid: globalTidOf(0xffffff, 0xffffff), cpuCycles: most }], SAMPLING_CALLCHAINS: [{ id: 1, symbol: 1, module: 1, stackDepth: 0 }],
    }, { strings: { 1: 'k' } });
    const { db: second } = await importing(file);
    expect(second.prepare('SELECT CAST(correlationId AS TEXT) FROM CUPTI_ACTIVITY_KIND_KERNEL').pluck().get()).toBe(String(most));
    expect(second.prepare('SELECT CAST(globalTid AS TEXT) FROM PERFLOOP_PROFILES').pluck().get()).toBe(String(globalTidOf(0xffffff, 0xffffff)));
  });

  it('a name of 1 MB is kept whole where profilers write one, and cut in lines of text', async () => {
    const name = 'n'.repeat(1 << 20);
    const { db } = await importing(made('a.json', trace({ ...kernel, name })));
    expect(db.prepare('SELECT MAX(LENGTH(value)) FROM StringIds').pluck().get()).toBe(1 << 20);
    const { db: second } = await importing(made('a.txt', `main;${name} 3\n`));
    expect(second.prepare('SELECT SUM(durationNs) FROM PERFLOOP_SAMPLES').pluck().get()).toBe(30_000_000);
    const { db: third } = await importing(made('a.txt', `app 5 1.0: 1000 cpu-clock: \n\t 4 ${name}+0x1 (/bin/app)\n\t 5 main+0x1 (/bin/app)\n\n`));
    expect(third.prepare('SELECT COUNT(*) FROM PERFLOOP_SAMPLES').pluck().get()).toBe(1);
  });

  it.each(['<img src=x onerror=alert(1)>', "'; DROP TABLE StringIds; --", '\u001b]0;owned\u0007\u001b[31m', 'a\0b', '../../etc/passwd', '\u202Egnp.exe', '$(reboot)'])('a hostile name is a name: %j', async (name) => {
    const { db } = await importing(made('a.json', trace({ ...kernel, name })));
    expect(db.prepare('SELECT value FROM StringIds JOIN CUPTI_ACTIVITY_KIND_KERNEL ON id = demangledName').pluck().get()).toBe(name);
    const folded = made(`p'"; --.txt`, `main;${name.replaceAll(';', ',')} 3\n`);
    const { db: second } = await importing(folded);
    expect(second.prepare('SELECT COUNT(*) FROM PERFLOOP_SAMPLES').pluck().get()).toBe(1);
  });
});

describe('a file in trouble', () => {
  it('that changes while it is read is refused, and nothing is cached', async () => {
    const home = { root: temporaryFolder() } as Home;
    const file = made('a.json', trace(kernel));
    const written = cachedProfile(home, file, (work) => work({ onProgress: () => appendFileSync(file, ' ') }));
    await expect(written).rejects.toMatchObject({ code: 'PL_PROFILE_CHANGED' });
    expect(readdirSync(join(home.root, 'profiles')).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('that this user may not read is told as such (needs a user who is not root)', async () => {
    const file = made('a.json', trace(kernel));
    chmodSync(file, 0);
    expect(await refusal(file)).toBe('PL_PROFILE_UNREADABLE');
  });

  const small = ((): string | null => {
    // A file system of its own, which goes with the process that made it.
    try {
      execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k none /mnt'], { stdio: 'ignore' });
      return 'unshare';
    } catch {
      return null;
    }
  })();

  it.skipIf(small === null)('finds no space for its database: it says so, and leaves nothing (needs a mount of its own)', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'a.json');
    writeFileSync(file, trace(...Array.from({ length: 5000 }, (_, i) => ({ ...kernel, name: `kernel ${i}` }))));
    const at = join(folder, 'small');
    mkdirSync(at);
    const script = join(folder, 'import.mts');
    writeFileSync(script, `import { importProfile } from ${JSON.stringify(join(import.meta.dirname, '../../src/profile/import/import.ts'))};
      import { readdirSync } from 'node:fs';
      await importProfile({ files: [${JSON.stringify(file)}], kind: 'auto', database: ${JSON.stringify(join(at, 'p.sqlite'))} }).catch((error) => console.log(error.code, readdirSync(${JSON.stringify(at)}).length));`);
    const tsx = join(import.meta.dirname, '../../node_modules/.bin/tsx');
    expect(execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k none "$1" && exec "$2" "$3"', 'sh', at, tsx, script], { encoding: 'utf8' }).trim()).toBe('PL_DISK_FULL 0');
  });
});

describe('what is cached', () => {
  const home = (): Home => ({ root: temporaryFolder() }) as Home;

  it('is imported once for each content, for a folder of profiles too', async () => {
    const at = home();
    const folder = temporaryFolder();
    for (const name of ['a.cpuprofile', 'b.cpuprofile']) writeFileSync(join(folder, name), readFileSync(v8File));
    writeFileSync(join(folder, 'notes.txt'), 'no profile');
    let imports = 0;
    const watch: Parameters<typeof cachedProfile>[2] = (work) => {
      imports += 1;
      return work({});
    };
    const database = await cachedProfile(at, folder, watch);
    expect(await cachedProfile(at, folder, watch)).toBe(database);
    expect(imports).toBe(1);
    expect(await cachedProfile(at, database)).toBe(database);
    // By its content: artifacts of runs have no ending.
    const artifact = join(temporaryFolder(), 'artifact');
    writeFileSync(artifact, readFileSync(database));
    expect(await cachedProfile(at, artifact)).toBe(artifact);
    const db = openProfile(database);
    expect(db.prepare('SELECT COUNT(*) FROM PROCESSES').pluck().get()).toBe(2);
    db.close();
    appendFileSync(join(folder, 'b.cpuprofile'), '\n');
    expect(await cachedProfile(at, folder, watch)).not.toBe(database);
    await expect(cachedProfile(at, temporaryFolder())).rejects.toMatchObject({ code: 'PL_PROFILE_EMPTY' });
  });

  it('is not what an import left that was interrupted', async () => {
    const at = home();
    const stopped = AbortSignal.abort(new Error('stop'));
    await expect(cachedProfile(at, v8File, (work) => work({ signal: stopped }))).rejects.toMatchObject({ code: 'PL_INTERRUPTED' });
    expect(readdirSync(join(at.root, 'profiles')).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  it('goes when it is old, then by use when all is too large; what is in use and what is not perfloop\'s stays', () => {
    const folder = temporaryFolder();
    const days = (age: number): Date => new Date(Date.now() - age * 86_400_000);
    const database = (letter: string, age: number, bytes = 100): string => {
      const name = `${letter.repeat(32)}-2.sqlite`;
      writeFileSync(join(folder, name), '');
      truncateSync(join(folder, name), bytes);
      utimesSync(join(folder, name), days(age), days(age));
      return name;
    };
    const [inUse, recent, , middle] = [database('a', 90), database('b', 1), database('c', 31), database('d', 2)];
    database('e', 3, 900);
    mkdirSync(join(folder, 'import-AbCd12'));
    utimesSync(join(folder, 'import-AbCd12'), days(2), days(2));
    writeFileSync(join(folder, 'mine.sqlite'), 'x');
    utimesSync(join(folder, 'mine.sqlite'), days(99), days(99));
    pruneCache(folder, inUse, { most: 1000 });
    expect(readdirSync(folder).sort()).toEqual([inUse, recent, middle, 'mine.sqlite'].sort());
    expect(dirname(inUse)).toBe('.');
  });
});
